//! Functions inside of other values: `Vec<Box<dyn Fn(i32) -> i32>>`, `Option<&dyn Fn(..)>`.
//!
//! They stay in the tests' process and travel as a number, by which the program calls them back.

#![allow(coherence_leak_check)] // `Fn(A)` and `Fn(&A)` are two traits

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::call::bad_answer;
use crate::subject::call_back;
use crate::{Decoded, Get, Put, Reader};

/// Numbers of such functions begin here; a call's own closures have the numbers below.
const FIRST: usize = 1 << 16;

type Answering<'o> = dyn Fn(&mut Reader<'_>, &mut Vec<u8>) -> Decoded<()> + 'o;
type Entry = Rc<Answering<'static>>;

thread_local! {
    static SENT: RefCell<Vec<Option<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// Forgets on drop what was sent since it was made: the functions live as long as the arguments.
pub struct Lent(usize);

impl Lent {
    /// Made before the arguments are encoded, dropped before they are.
    pub fn begin() -> Self {
        Lent(SENT.with_borrow(Vec::len))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Numbers are not given twice.
        SENT.with_borrow_mut(|sent| sent.iter_mut().skip(self.0).for_each(|one| *one = None));
    }
}

/// Run the function that travelled as `number`.
pub(crate) fn call(number: usize, input: &mut Reader<'_>, out: &mut Vec<u8>) -> Decoded<()> {
    let index = number.checked_sub(FIRST);
    let found = index.and_then(|at| SENT.with_borrow(|sent| sent.get(at).cloned().flatten()));
    match found {
        Some(function) => function(input, out),
        None => bad_answer("it called a closure that it was not given"),
    }
}

fn send(function: Box<Answering<'_>>, out: &mut Vec<u8>) {
    // SAFETY: only the lifetime changes. `Lent` removes the entry before the function ends.
    let function: Box<Answering<'static>> = unsafe { std::mem::transmute(function) };
    let number = SENT.with_borrow_mut(|sent| {
        sent.push(Some(Rc::from(function)));
        FIRST + sent.len() - 1
    });
    (number as u32).put(out);
}

fn ask<R: Get>(number: u32, put: &dyn Fn(&mut Vec<u8>)) -> R {
    let reply = call_back(number, put);
    Reader::new(&reply).arg()
}

/// For each parameter: its name, its type, what is decoded for it, and how that is handed over.
macro_rules! function {
    ([$($generic:ident),*] ($($name:ident: $of:ty, $held:ty, $given:expr);*)) => {
        impl<'o, $($generic: Get + 'o,)* R: Put + 'o> Put for dyn Fn($($of),*) -> R + 'o {
            fn put(&self, out: &mut Vec<u8>) {
                send(Box::new(move |_input, out| {
                    $(let $name: $held = Get::get(_input)?;)*
                    self($($given),*).put(out);
                    Ok(())
                }), out);
            }
        }
        function!(@get Box [$($generic),*] ($($name: $of);*));
        function!(@get Rc [$($generic),*] ($($name: $of);*));
        function!(@get Arc [$($generic),*] ($($name: $of);*));
        impl<'o, $($generic: Put + 'o,)* R: Get + 'o> Get for &'o (dyn Fn($($of),*) -> R + 'o) {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                Box::<dyn Fn($($of),*) -> R + 'o>::get(input).map(|one| &*Box::leak(one))
            }
        }
    };
    (@get $pointer:ident [$($generic:ident),*] ($($name:ident: $of:ty);*)) => {
        impl<'o, $($generic: Put + 'o,)* R: Get + 'o> Get for $pointer<dyn Fn($($of),*) -> R + 'o> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                let number = u32::get(input)?;
                Ok($pointer::new(move |$($name: $of),*| ask(number, &|_out: &mut Vec<u8>| {
                    $($name.put(_out);)*
                })))
            }
        }
    };
}
function!([]());
function!([A] (a: A, A, a));
function!([A, B] (a: A, A, a; b: B, B, b));
function!([A, B, C] (a: A, A, a; b: B, B, b; c: C, C, c));
function!([A] (a: &A, A, &a));
function!([A, B] (a: &A, A, &a; b: &B, B, &b));
function!([A] (a: &[A], Vec<A>, &a));
function!([] (a: &str, String, &a));
function!([] (a: &str, String, &a; b: &str, String, &b));
