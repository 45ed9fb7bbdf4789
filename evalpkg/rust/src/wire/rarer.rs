//! The encodings of rarer types of std.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::io;
use std::iter::Peekable;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, RangeFrom, RangeTo, RangeToInclusive};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::Chars;
use std::sync::Arc;

use crate::{Decoded, Get, Malformed, Put, Reader};

/// A `Cow` says whether it is borrowed: tests may look.
impl<T: ?Sized + ToOwned + Put> Put for Cow<'_, T>
where
    T::Owned: Put,
{
    fn put(&self, out: &mut Vec<u8>) {
        matches!(self, Cow::Owned(_)).put(out);
        (**self).put(out);
    }
}
impl Get for Cow<'_, str> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Ok(if bool::get(input)? {
            Cow::Owned(String::get(input)?)
        } else {
            Cow::Borrowed(<&str>::get(input)?)
        })
    }
}
impl<'a, T: Get + Clone + 'a> Get for Cow<'a, [T]> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Ok(if bool::get(input)? {
            Cow::Owned(Vec::get(input)?)
        } else {
            Cow::Borrowed(<&[T]>::get(input)?)
        })
    }
}

macro_rules! unsized_in {
    ($($pointer:ident),*) => {$(
        impl Get for $pointer<str> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                String::get(input).map(Self::from)
            }
        }
        impl<T: Get> Get for $pointer<[T]> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                Vec::get(input).map(Self::from)
            }
        }
    )*};
}
unsized_in!(Box, Rc, Arc);

macro_rules! wrapper {
    ($($name:ident),*) => {$(
        impl<T: Put> Put for $name<T> {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
        }
        impl<T: Get> Get for $name<T> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                T::get(input).map($name)
            }
        }
    )*};
}
wrapper!(Reverse, Wrapping, Saturating);

macro_rules! range {
    ($($name:ident $field:ident),*) => {$(
        impl<T: Put> Put for $name<T> {
            fn put(&self, out: &mut Vec<u8>) {
                self.$field.put(out);
            }
        }
        impl<T: Get> Get for $name<T> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                T::get(input).map(|$field| $name { $field })
            }
        }
    )*};
}
range!(RangeFrom start, RangeTo end, RangeToInclusive end);

impl<T: Put> Put for Bound<T> {
    fn put(&self, out: &mut Vec<u8>) {
        let (number, value) = match self {
            Bound::Unbounded => (0, None),
            Bound::Included(value) => (1, Some(value)),
            Bound::Excluded(value) => (2, Some(value)),
        };
        out.push(number);
        if let Some(value) = value {
            value.put(out);
        }
    }
}
impl<T: Get> Get for Bound<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        match input.byte()? {
            0 => Ok(Bound::Unbounded),
            1 => T::get(input).map(Bound::Included),
            2 => T::get(input).map(Bound::Excluded),
            _ => Err(Malformed),
        }
    }
}
impl<B: Put, C: Put> Put for ControlFlow<B, C> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            ControlFlow::Continue(value) => {
                out.push(0);
                value.put(out);
            }
            ControlFlow::Break(value) => {
                out.push(1);
                value.put(out);
            }
        }
    }
}
impl<B: Get, C: Get> Get for ControlFlow<B, C> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        match input.byte()? {
            0 => C::get(input).map(ControlFlow::Continue),
            1 => B::get(input).map(ControlFlow::Break),
            _ => Err(Malformed),
        }
    }
}

/// Types that are made from another and give it back.
macro_rules! through {
    ($($name:ty: $of:ty, $there:expr, $back:expr;)*) => {$(
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let there: fn(&$name) -> $of = $there;
                there(self).put(out);
            }
        }
        impl Get for $name {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                let back: fn($of) -> Option<$name> = $back;
                back(<$of as Get>::get(input)?).ok_or(Malformed)
            }
        }
    )*};
}
through! {
    std::num::NonZeroU8: u8, |one| one.get(), Self::new;
    std::num::NonZeroU16: u16, |one| one.get(), Self::new;
    std::num::NonZeroU32: u32, |one| one.get(), Self::new;
    std::num::NonZeroU64: u64, |one| one.get(), Self::new;
    std::num::NonZeroU128: u128, |one| one.get(), Self::new;
    std::num::NonZeroUsize: usize, |one| one.get(), Self::new;
    std::num::NonZeroI8: i8, |one| one.get(), Self::new;
    std::num::NonZeroI16: i16, |one| one.get(), Self::new;
    std::num::NonZeroI32: i32, |one| one.get(), Self::new;
    std::num::NonZeroI64: i64, |one| one.get(), Self::new;
    std::num::NonZeroI128: i128, |one| one.get(), Self::new;
    std::num::NonZeroIsize: isize, |one| one.get(), Self::new;
    Ipv4Addr: u32, |one| (*one).into(), |bits| Some(bits.into());
    Ipv6Addr: u128, |one| (*one).into(), |bits| Some(bits.into());
    IpAddr: String, ToString::to_string, |text| text.parse().ok();
    SocketAddr: String, ToString::to_string, |text| text.parse().ok();
    SocketAddrV4: String, ToString::to_string, |text| text.parse().ok();
    SocketAddrV6: String, ToString::to_string, |text| text.parse().ok();
    OsString: Vec<u8>, |one| one.as_bytes().to_vec(), |bytes| Some(Self::from_vec(bytes));
    PathBuf: OsString, |one| one.as_os_str().into(), |text| Some(text.into());
}
impl Put for OsStr {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }
}
impl Put for Path {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_os_str().put(out);
    }
}
impl Get for &Path {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        PathBuf::get(input).map(|path| &*Box::leak(path.into_boxed_path()))
    }
}
impl Get for &OsStr {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        OsString::get(input).map(|text| &*Box::leak(text.into_boxed_os_str()))
    }
}

/// An iterator over a text travels as what is left of it.
impl Put for Chars<'_> {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().put(out);
    }
}
impl Get for Chars<'_> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        <&str>::get(input).map(str::chars)
    }
}
impl Put for Peekable<Chars<'_>> {
    fn put(&self, out: &mut Vec<u8>) {
        self.clone().collect::<String>().put(out);
    }
}
impl Get for Peekable<Chars<'_>> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Chars::get(input).map(Iterator::peekable)
    }
}
impl<T: Put> Put for std::vec::IntoIter<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_slice().put(out);
    }
}
impl<T: Get> Get for std::vec::IntoIter<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        Vec::get(input).map(Vec::into_iter)
    }
}
impl<T: Put> Put for std::slice::Iter<'_, T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_slice().put(out);
    }
}
impl<'a, T: Get + 'a> Get for std::slice::Iter<'a, T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        <&[T]>::get(input).map(<[T]>::iter)
    }
}

/// A reader of bytes in memory travels with its place in them.
impl<T: Put> Put for io::Cursor<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.position().put(out);
        self.get_ref().put(out);
    }
}
impl<T: Get> Get for io::Cursor<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let position = u64::get(input)?;
        let mut cursor = io::Cursor::new(T::get(input)?);
        cursor.set_position(position);
        Ok(cursor)
    }
}

const KINDS: &[io::ErrorKind] = &[
    io::ErrorKind::Other,
    io::ErrorKind::NotFound,
    io::ErrorKind::PermissionDenied,
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::InvalidInput,
    io::ErrorKind::InvalidData,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::WriteZero,
    io::ErrorKind::Interrupted,
    io::ErrorKind::Unsupported,
    io::ErrorKind::OutOfMemory,
    io::ErrorKind::TimedOut,
    io::ErrorKind::WouldBlock,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::AddrInUse,
    io::ErrorKind::AddrNotAvailable,
    io::ErrorKind::NotConnected,
    io::ErrorKind::ConnectionRefused,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::ConnectionAborted,
];
impl Put for io::ErrorKind {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(KINDS.iter().position(|one| one == self).unwrap_or(0) as u8);
    }
}
impl Get for io::ErrorKind {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        KINDS.get(input.byte()? as usize).copied().ok_or(Malformed)
    }
}
/// By kind and text, or by the system's number.
impl Put for io::Error {
    fn put(&self, out: &mut Vec<u8>) {
        self.raw_os_error().put(out);
        self.kind().put(out);
        self.to_string().put(out);
    }
}
impl Get for io::Error {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let number = Option::<i32>::get(input)?;
        let (kind, text) = (io::ErrorKind::get(input)?, String::get(input)?);
        Ok(number.map_or_else(|| io::Error::new(kind, text), io::Error::from_raw_os_error))
    }
}
