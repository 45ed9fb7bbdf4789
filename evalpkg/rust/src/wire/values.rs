//! Encodings of std types.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use crate::{put_count, Decoded, Get, Malformed, Put, Reader};

macro_rules! number {
    ($($name:ty),*) => {$(
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }
        impl Get for $name {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                let mut bytes = [0u8; std::mem::size_of::<$name>()];
                let size = bytes.len();
                bytes.copy_from_slice(input.take(size)?);
                Ok(<$name>::from_le_bytes(bytes))
            }
        }
    )*};
}
number!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);

impl Put for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}
impl Get for bool {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }
}

impl Put for char {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u32).put(out);
    }
}
impl Get for char {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        char::from_u32(u32::get(input)?).ok_or(Malformed)
    }
}

impl Put for () {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(0);
    }
}
impl Get for () {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        input.byte().map(|_| ())
    }
}

impl Put for str {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }
}
impl Put for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().put(out);
    }
}
impl Get for String {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let count = input.count()?;
        let bytes = input.take(count)?;
        std::str::from_utf8(bytes)
            .map(String::from)
            .map_err(|_| Malformed)
    }
}
impl<T: Put + ?Sized> Put for &T {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}
impl<T: Put + ?Sized> Put for &mut T {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}
impl Get for &str {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        String::get(input).map(|value| &*String::leak(value))
    }
}
impl<'a, T: Get + 'a> Get for &'a [T] {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Vec::get(input).map(|value| &*Vec::leak(value))
    }
}
impl<'a, T: Get + 'a> Get for &'a T {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        T::get(input).map(|value| &*Box::leak(Box::new(value)))
    }
}

macro_rules! pointer {
    ($($name:ident),*) => {$(
        impl<T: Put + ?Sized> Put for $name<T> {
            fn put(&self, out: &mut Vec<u8>) {
                (**self).put(out);
            }
        }
        impl<T: Get> Get for $name<T> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                T::get(input).map($name::new)
            }
        }
    )*};
}
pointer!(Box, Rc, Arc);

impl<T: Put> Put for [T] {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        for item in self {
            item.put(out);
        }
    }
}
impl<T: Put, const N: usize> Put for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_slice().put(out);
    }
}
impl<T: Get, const N: usize> Get for [T; N] {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        <[T; N]>::try_from(Vec::<T>::get(input)?).map_err(|_| Malformed)
    }
}

macro_rules! sequence {
    ($($name:ident [$($bound:ident),*]),*) => {$(
        impl<T: Put $(+ $bound)*> Put for $name<T> {
            fn put(&self, out: &mut Vec<u8>) {
                put_count(self.len(), out);
                for item in self.iter() {
                    item.put(out);
                }
            }
        }
        impl<T: Get $(+ $bound)*> Get for $name<T> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                let count = input.count()?;
                (0..count).map(|_| T::get(input)).collect()
            }
        }
    )*};
}
sequence!(Vec [], VecDeque [], LinkedList [], BTreeSet [Ord], BinaryHeap [Ord]);

impl<T: Put, S> Put for HashSet<T, S> {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        for item in self {
            item.put(out);
        }
    }
}
impl<T: Get + Eq + Hash, S: BuildHasher + Default> Get for HashSet<T, S> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let count = input.count()?;
        (0..count).map(|_| T::get(input)).collect()
    }
}
impl<K: Put, V: Put, S> Put for HashMap<K, V, S> {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }
}
impl<K: Get + Eq + Hash, V: Get, S: BuildHasher + Default> Get for HashMap<K, V, S> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let count = input.count()?;
        (0..count)
            .map(|_| Ok((K::get(input)?, V::get(input)?)))
            .collect()
    }
}
impl<K: Put, V: Put> Put for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }
}
impl<K: Get + Ord, V: Get> Get for BTreeMap<K, V> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let count = input.count()?;
        (0..count)
            .map(|_| Ok((K::get(input)?, V::get(input)?)))
            .collect()
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.put(out);
            }
        }
    }
}
impl<T: Get> Get for Option<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        match input.byte()? {
            0 => Ok(None),
            1 => T::get(input).map(Some),
            _ => Err(Malformed),
        }
    }
}
impl<T: Put, E: Put> Put for Result<T, E> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Ok(value) => {
                out.push(0);
                value.put(out);
            }
            Err(error) => {
                out.push(1);
                error.put(out);
            }
        }
    }
}
impl<T: Get, E: Get> Get for Result<T, E> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        match input.byte()? {
            0 => T::get(input).map(Ok),
            1 => E::get(input).map(Err),
            _ => Err(Malformed),
        }
    }
}
impl<T: Put> Put for std::ops::Range<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        self.end.put(out);
    }
}
impl<T: Get> Get for std::ops::Range<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Ok(T::get(input)?..T::get(input)?)
    }
}
impl<T: Put> Put for std::ops::RangeInclusive<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.start().put(out);
        self.end().put(out);
    }
}
impl<T: Get> Get for std::ops::RangeInclusive<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Ok(T::get(input)?..=T::get(input)?)
    }
}
impl<T> Put for std::marker::PhantomData<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(0);
    }
}
impl<T> Get for std::marker::PhantomData<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        input.byte().map(|_| Self)
    }
}
impl Put for std::time::Duration {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_secs().put(out);
        self.subsec_nanos().put(out);
    }
}
impl Get for std::time::Duration {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let (seconds, nanos) = (u64::get(input)?, u32::get(input)?);
        if nanos < 1_000_000_000 {
            Ok(Self::new(seconds, nanos))
        } else {
            Err(Malformed)
        }
    }
}
impl Put for std::cmp::Ordering {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as i8).put(out);
    }
}
impl Get for std::cmp::Ordering {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Ok(i8::get(input)?.cmp(&0))
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        #[allow(non_snake_case)]
        impl<$($name: Put),+> Put for ($($name,)+) {
            fn put(&self, out: &mut Vec<u8>) {
                let ($($name,)+) = self;
                $($name.put(out);)+
            }
        }
        impl<$($name: Get),+> Get for ($($name,)+) {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                Ok(($($name::get(input)?,)+))
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);

/// Encode `dyn Any` as one of a closed list of std types; any other type arrives as `()`.
macro_rules! any {
    ($($tag:literal => $name:ty),* $(,)?) => {
        impl Put for dyn Any {
            fn put(&self, out: &mut Vec<u8>) {
                $(if let Some(value) = self.downcast_ref::<$name>() {
                    out.push($tag);
                    return value.put(out);
                })*
                out.push(0);
            }
        }
        impl Get for Box<dyn Any> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                match input.byte()? {
                    0 => Ok(Box::new(())),
                    $($tag => Ok(Box::new(<$name as Get>::get(input)?)),)*
                    _ => Err(Malformed),
                }
            }
        }
    };
}
any!(1 => bool, 2 => char, 3 => String, 4 => &'static str, 5 => i8, 6 => i16, 7 => i32, 8 => i64,
     9 => i128, 10 => isize, 11 => u8, 12 => u16, 13 => u32, 14 => u64, 15 => u128, 16 => usize,
     17 => f32, 18 => f64, 19 => Vec<i32>, 20 => Vec<String>, 21 => Vec<&'static str>,
     22 => Vec<f64>, 23 => Option<i32>, 24 => HashMap<String, i32>, 25 => (i32, i32));
