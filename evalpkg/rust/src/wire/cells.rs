//! `Cell` and `RefCell`: what the program changes in an argument is changed in the tests' own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::{Decoded, Get, Put, Reader};

impl<T: Put + Copy> Put for Cell<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.get().put(out);
    }
}
impl<T: Get> Get for Cell<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        T::get(input).map(Cell::new)
    }
}
impl<T: Put + ?Sized> Put for RefCell<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.borrow().put(out);
    }
}
impl<T: Get> Get for RefCell<T> {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        T::get(input).map(RefCell::new)
    }
}

/// An argument that can change behind a shared reference.
pub trait Refresh {
    fn refresh(&self, new: Self);
}
impl<T> Refresh for Cell<T> {
    fn refresh(&self, new: Self) {
        self.set(new.into_inner());
    }
}
impl<T> Refresh for RefCell<T> {
    fn refresh(&self, new: Self) {
        self.replace(new.into_inner());
    }
}
impl<T: Refresh> Refresh for Rc<T> {
    fn refresh(&self, new: Self) {
        if let Some(new) = Rc::into_inner(new) {
            (**self).refresh(new);
        }
    }
}
impl<T: Refresh> Refresh for Option<T> {
    fn refresh(&self, new: Self) {
        if let (Some(own), Some(new)) = (self, new) {
            own.refresh(new);
        }
    }
}
macro_rules! sequence {
    ($($name:ident),*) => {$(
        impl<T: Refresh> Refresh for $name<T> {
            fn refresh(&self, new: Self) {
                self.iter().zip(new).for_each(|(own, new)| own.refresh(new));
            }
        }
    )*};
}
sequence!(Vec, VecDeque);
