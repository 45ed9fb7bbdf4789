//! An iterator that the entry point returned. It stays in the subject, and the tests fetch its
//! items as they need them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::call::Answer;
use crate::Get;

/// The first so many items are fetched one by one, so that the subject computes no item that the
/// tests do not want.
const ONE_BY_ONE: u32 = 64;
/// The most items in one request.
const MOST_AT_ONCE: u32 = 1024;

/// The oracle's end of an iterator. `'c` is the lifetime of the closures that the call passed.
pub struct Remote<'c, T> {
    ask: RefCell<Box<dyn FnMut(u32, u32) -> Answer + 'c>>,
    handle: u32,
    ready: RefCell<VecDeque<T>>,
    received: Cell<u32>,
    ended: Cell<bool>,
}

impl<'c, T: Get> Remote<'c, T> {
    /// The iterator that an answer announces. `ask` sends `Call::kept` of the iterator's number and
    /// a number of items, with the closures that the iterator may call.
    pub fn new(answer: &mut Answer, ask: impl FnMut(u32, u32) -> Answer + 'c) -> Self {
        Remote {
            ask: RefCell::new(Box::new(ask)),
            handle: answer.result(),
            ready: RefCell::default(),
            received: Cell::new(0),
            ended: Cell::new(false),
        }
    }

    /// Fetch more items; one by one first, then in growing numbers.
    fn fetch(&self) {
        let received = self.received.get();
        let wanted = if received < ONE_BY_ONE {
            1
        } else {
            (received / 4).min(MOST_AT_ONCE)
        };
        let mut answer = (self.ask.borrow_mut())(self.handle, wanted);
        let items: Vec<T> = answer.result();
        self.ended.set(answer.result());
        answer.done();
        self.received
            .set(received.saturating_add(items.len() as u32));
        self.ready.borrow_mut().extend(items);
    }

    fn fetch_all(&self) {
        while !self.ended.get() {
            self.fetch();
        }
    }
}

impl<T: Get> Iterator for Remote<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while self.ready.borrow().is_empty() && !self.ended.get() {
            self.fetch();
        }
        self.ready.borrow_mut().pop_front()
    }
}

impl<T: Get> DoubleEndedIterator for Remote<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        self.fetch_all();
        self.ready.borrow_mut().pop_back()
    }
}

impl<T: Get> ExactSizeIterator for Remote<'_, T> {
    fn len(&self) -> usize {
        self.fetch_all();
        self.ready.borrow().len()
    }
}

impl<T: Get> std::iter::FusedIterator for Remote<'_, T> {}
