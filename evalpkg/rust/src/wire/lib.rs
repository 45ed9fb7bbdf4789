//! `evalwire`: how arguments and results travel between the oracle and the subject.
//!
//! The oracle (our tests) and the subject (the completion) are different processes. A call takes
//! one frame each way, and one more each way for every call of a closure by the subject. Values are
//! encoded by type: little-endian, lengths as `u32`. The decoder trusts nothing: it checks every
//! length against the bytes that it has.

use std::any::Any;

pub mod call;
pub mod cells;
pub mod common;
mod errors;
pub mod frames;
pub mod functions;
pub mod oracle;
mod rarer;
pub mod remote;
pub mod subject;
#[cfg(test)]
mod tests;
mod turn;
mod values;
pub mod vocabulary;

/// The error of bytes that do not encode a value of the asked type.
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

    /// Read a count of elements. Each element takes at least one byte, so a count above the number
    /// of bytes left is malformed.
    pub fn count(&mut self) -> Decoded<usize> {
        let bytes = self.take(4)?;
        let count = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if count > self.rest.len() {
            return Err(Malformed);
        }
        Ok(count)
    }

    /// Count the bytes not yet read.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Decode an argument. Generated shims call this; a malformed request is a bug of ours.
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

/// A value that can be received. A received reference points to leaked memory: the processes of the
/// subject and of its tests end with the sample.
pub trait Get: Sized {
    fn get(input: &mut Reader<'_>) -> Decoded<Self>;
}

/// Return the text of a panic, cut to 64 Ki characters; None if its payload is not text.
pub fn panic_text(payload: &(dyn Any + Send)) -> Option<String> {
    let text = match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => return None,
    };
    Some(text.chars().take(64 << 10).collect())
}

/// Export the shim of one sample. This is a macro, since lints that a sample denies or forbids
/// (`unsafe_code`, which covers `no_mangle`) do not apply to code from another crate's macro.
#[macro_export]
macro_rules! export {
    ($name:ident, $shim:path, $stack:expr) => {
        // A program may deny missing documentation, and this function stands at its root.
        #[doc(hidden)]
        #[no_mangle]
        pub extern "C" fn $name(fd: i32) {
            $crate::subject::serve(fd, $shim, $stack)
        }
    };
}

/// Define a `#[test]` function that a macro of the tests makes, and register it when the oracle's
/// library is loaded. Attributes mean what they mean to rustc.
#[macro_export]
macro_rules! case {
    (@[$panics:expr] [$($kept:tt)*] #[test] $($rest:tt)*) => {
        $crate::case! { @[$panics] [$($kept)*] $($rest)* }
    };
    (@[$panics:expr] [$($kept:tt)*] #[should_panic] $($rest:tt)*) => {
        $crate::case! { @[Some("")] [$($kept)*] $($rest)* }
    };
    (@[$panics:expr] [$($kept:tt)*] #[should_panic = $text:expr] $($rest:tt)*) => {
        $crate::case! { @[Some($text)] [$($kept)*] $($rest)* }
    };
    (@[$panics:expr] [$($kept:tt)*] #[should_panic(expected = $text:expr $(,)?)] $($rest:tt)*) => {
        $crate::case! { @[Some($text)] [$($kept)*] $($rest)* }
    };
    (@[$panics:expr] [$($kept:tt)*] #[ignore $($why:tt)*] $($rest:tt)*) => {
        $crate::case! { @ignored [$($kept)*] $($rest)* }
    };
    (@ignored [$($kept:tt)*] #[test] $($rest:tt)*) => {
        $crate::case! { @ignored [$($kept)*] $($rest)* }
    };
    (@ignored [$($kept:tt)*] #[cfg($($when:tt)*)] $($rest:tt)*) => {
        #[cfg($($when)*)]
        $crate::case! { @ignored [$($kept)*] $($rest)* }
    };
    (@ignored [$($kept:tt)*] #[$($other:tt)*] $($rest:tt)*) => {
        $crate::case! { @ignored [$($kept)* #[$($other)*]] $($rest)* }
    };
    // Nothing calls an ignored test; the constant keeps rustc from calling it dead.
    (@ignored [$($kept:tt)*] $v:vis fn $name:ident() $(-> $result:ty)? $body:block) => {
        $($kept)* $v fn $name() $(-> $result)? $body
        const _: () = {
            let _ = $name;
        };
    };
    (@[$panics:expr] [$($kept:tt)*] #[$($other:tt)*] $($rest:tt)*) => {
        $crate::case! { @[$panics] [$($kept)* #[$($other)*]] $($rest)* }
    };
    (@[$panics:expr] [$($kept:tt)*] $v:vis fn $name:ident() $(-> $result:ty)? $body:block) => {
        $($kept)* $v fn $name() $(-> $result)? $body
        const _: () = {
            fn run() {
                $crate::oracle::finish($name())
            }
            extern "C" fn register() {
                $crate::oracle::register($crate::oracle::Test {
                    name: concat!(module_path!(), "::", stringify!($name)),
                    run,
                    panics: $panics,
                })
            }
            #[used]
            #[link_section = ".init_array"]
            static REGISTER: extern "C" fn() = register;
        };
    };
}

pub fn put_count(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}
