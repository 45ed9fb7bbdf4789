//! One call of the entry point, on the tests' side: send arguments, run closures that the program
//! calls, receive the answer.

use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

use crate::cells::Refresh;
use crate::frames::{read_marked, write_frame};
use crate::functions;
use crate::oracle::{self, interrupt};
use crate::turn::take_turn;
use crate::vocabulary::Kind;
use crate::{Decoded, Get, Malformed, Put, Reader};

/// First byte of a request: run the entry point.
pub const ENTRY: u8 = 0;
/// First byte of a request: use what the entry point returned and the program keeps.
pub const PULL: u8 = 1;
/// The most bytes that a closure of the tests may return in one call.
const MOST_GIVEN: usize = 64 << 20;

/// A closure of the tests: it decodes its arguments and encodes its result.
pub type Callback<'c> = &'c mut dyn FnMut(&mut Reader<'_>, &mut Vec<u8>) -> Decoded<()>;

/// One request under construction.
pub struct Call<'c> {
    bytes: Vec<u8>,
    callbacks: Vec<Callback<'c>>,
    /// The panic of a closure, until it is known whether the program let it through.
    panic: Option<Box<dyn Any + Send>>,
}

impl<'c> Call<'c> {
    /// Start a call of the entry point.
    pub fn new() -> Self {
        Self::of(ENTRY)
    }

    /// A request to what the entry point returned: an iterator is given how many items are wanted,
    /// a closure its arguments.
    pub fn kept(number: u32) -> Self {
        let mut call = Self::of(PULL);
        call.arg(&number);
        call
    }

    fn of(request: u8) -> Self {
        Call {
            bytes: vec![request],
            callbacks: Vec::new(),
            panic: None,
        }
    }

    /// Add an argument.
    pub fn arg<T: Put + ?Sized>(&mut self, value: &T) {
        value.put(&mut self.bytes);
    }

    /// Add a closure. The program calls it by its number; closures are numbered from 0.
    pub fn callback(&mut self, callback: Callback<'c>) {
        self.callbacks.push(callback);
    }

    /// Send the arguments and wait for the answer. Meanwhile other threads of the test that call
    /// the program wait.
    pub fn invoke(mut self) -> Answer {
        let _turn = take_turn();
        if let Some((kind, why)) = oracle::ended() {
            interrupt(kind, &why);
        }
        let line = oracle::line();
        let mut request = (b'C', std::mem::take(&mut self.bytes));
        loop {
            let sent = write_frame(line.to, request.0, &request.1);
            match sent.and_then(|()| read_marked(line.from, line.nonce)) {
                Ok((b'A', payload)) => match payload.first() {
                    Some(b'R') => return Answer { payload, used: 1 },
                    Some(b'B') => request = (b'D', self.call_back(&payload[1..])),
                    Some(b'P') => self.panicked(Some((&payload[1..], false))),
                    Some(b'O') => self.panicked(Some((&payload[1..], true))),
                    Some(b'Q') => self.panicked(None),
                    _ => bad_answer("an answer of an unknown kind"),
                },
                Ok((b'E', payload)) => {
                    oracle::remember_exit(payload);
                    interrupt(Kind::Gone, "")
                }
                Ok(_) | Err(_) => interrupt(Kind::Gone, "the sandbox is gone"),
            }
        }
    }

    /// Unwind, since the program panicked: by itself, or because a closure of the tests did.
    ///
    /// `said` is the text of the panic, and whether it was a `String`; None if it was no text.
    fn panicked(&mut self, said: Option<(&[u8], bool)>) -> ! {
        if let Some(own) = self.panic.take() {
            resume_unwind(own);
        }
        oracle::panic_of_the_program(
            said.map(|(bytes, owned)| (String::from_utf8_lossy(bytes).into_owned(), owned)),
        )
    }

    /// Run a closure of the tests; the reply is 1 and its result, or 0 if it panicked.
    fn call_back(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut reader = Reader::new(payload);
        let number = u32::get(&mut reader).unwrap_or(u32::MAX) as usize;
        let mut reply = vec![1];
        let mut run = || match self.callbacks.get_mut(number) {
            Some(callback) => callback(&mut reader, &mut reply),
            None => functions::call(number, &mut reader, &mut reply),
        };
        match catch_unwind(AssertUnwindSafe(&mut run)) {
            Ok(Ok(())) if reader.left() == 0 && reply.len() <= MOST_GIVEN => reply,
            Ok(Ok(())) if reader.left() == 0 => {
                interrupt(Kind::Exhausted, "a closure was made to give back too much")
            }
            Ok(_) => bad_answer("it called a closure with what is no value of the asked type"),
            // The program can answer no more calls, so how it handles the panic does not matter.
            Err(panic) if oracle::ended().is_some() => resume_unwind(panic),
            Err(panic) => {
                self.panic = Some(panic);
                vec![0]
            }
        }
    }
}

impl Default for Call<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Leave a text in the library, if the code that calls this is used.
#[inline(never)]
pub fn mark(text: &'static str) {
    std::hint::black_box(text);
}

/// End the sample, since what came back is no answer.
pub fn bad_answer(what: &str) -> ! {
    interrupt(Kind::BadAnswer, what)
}

/// End the sample, since the program called an `FnOnce` closure of the tests again.
pub fn called_again() -> ! {
    bad_answer("it called a closure again that may be called once")
}

/// The bytes of an answer: the result, then every `&mut` argument in order.
pub struct Answer {
    payload: Vec<u8>,
    used: usize,
}

impl Answer {
    fn decode<T: Get>(&mut self) -> T {
        self.refill(T::get)
    }

    /// Decode the next value in the given way.
    pub fn refill<T>(&mut self, decode: impl FnOnce(&mut Reader<'_>) -> Decoded<T>) -> T {
        let mut reader = Reader::new(&self.payload[self.used..]);
        match decode(&mut reader) {
            Ok(value) => {
                self.used = self.payload.len() - reader.left();
                value
            }
            Err(Malformed) => {
                bad_answer("an answer that does not encode a value of the asked type")
            }
        }
    }

    /// Decode the next value.
    pub fn result<T: Get>(&mut self) -> T {
        self.decode()
    }

    /// Take over a changed argument.
    pub fn write_back<T: Get>(&mut self, target: &mut T) {
        *target = self.decode();
    }

    /// Take over a changed slice.
    pub fn write_back_slice<T: Get>(&mut self, target: &mut [T]) {
        let values: Vec<T> = self.decode();
        if values.len() != target.len() {
            bad_answer("a slice that changed its length");
        }
        for (slot, value) in target.iter_mut().zip(values) {
            *slot = value;
        }
    }

    /// Take over what was changed behind a shared reference.
    pub fn refresh<T: Get + Refresh>(&mut self, target: &T) {
        target.refresh(self.decode());
    }

    /// Take over what was changed behind a shared slice.
    pub fn refresh_slice<T: Get + Refresh>(&mut self, target: &[T]) {
        let values: Vec<T> = self.decode();
        if values.len() != target.len() {
            bad_answer("a slice that changed its length");
        }
        for (own, new) in target.iter().zip(values) {
            own.refresh(new);
        }
    }

    /// Nothing may be left over.
    pub fn done(self) {
        if self.used != self.payload.len() {
            bad_answer("an answer with bytes left over");
        }
    }
}
