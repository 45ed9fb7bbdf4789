//! `evalwire`: how arguments and results travel between the oracle and the subject.
//!
//! The oracle (our tests) and the subject (the completion) are different processes. A call is one
//! frame each way; values are encoded by type, little-endian, lengths as `u32`. The decoder trusts
//! nothing: every length is checked against the bytes that are there.

use std::any::Any;

pub mod common;
pub mod oracle;
pub mod subject;
mod values;

/// The bytes do not encode a value of the asked type.
#[derive(Debug)]
pub struct Malformed;

pub type Decoded<T> = Result<T, Malformed>;

/// A cursor over received bytes.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub fn take(&mut self, count: usize) -> Decoded<&'a [u8]> {
        if count > self.rest.len() {
            return Err(Malformed);
        }
        let (head, tail) = self.rest.split_at(count);
        self.rest = tail;
        Ok(head)
    }

    pub fn byte(&mut self) -> Decoded<u8> {
        Ok(self.take(1)?[0])
    }

    /// A count of elements; each takes at least one byte, so more than the rest is a lie.
    pub fn count(&mut self) -> Decoded<usize> {
        let bytes = self.take(4)?;
        let count = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if count > self.rest.len() {
            return Err(Malformed);
        }
        Ok(count)
    }

    /// Bytes not yet read.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Decode an argument; used by generated shims, where a malformed request is our own bug.
    pub fn arg<T: Get>(&mut self) -> T {
        match T::get(self) {
            Ok(value) => value,
            Err(Malformed) => panic!("evalwire: malformed request"),
        }
    }
}

/// A value that can be sent.
pub trait Put {
    fn put(&self, out: &mut Vec<u8>);
}

/// A value that can be received. References are leaked: a subject lives for one sample.
pub trait Get: Sized + 'static {
    fn get(input: &mut Reader<'_>) -> Decoded<Self>;
}

/// What a panic said, if it said it in text; cut to what a report can use.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "a panic without a message",
    };
    text.chars().take(2000).collect()
}

/// Export the shim of one sample. What a macro of another crate writes is none of the lints' business
/// that a sample denies or forbids (`unsafe_code`, which `no_mangle` counts as).
#[macro_export]
macro_rules! export {
    ($name:ident, $shim:path) => {
        #[no_mangle]
        pub extern "C" fn $name(fd: i32) {
            $crate::subject::serve(fd, $shim)
        }
    };
}

pub fn put_count(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}
