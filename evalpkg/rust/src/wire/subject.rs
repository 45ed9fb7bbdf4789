//! The subject's half: decode a call, run the completion's function, encode its result.
//!
//! It runs inside the sandbox, in the same process as the completion, so the oracle trusts nothing
//! of it. The function runs on a thread with the stack size that rustc's own test run would give
//! it.

use std::any::Any;
use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;

use crate::call::{ENTRY, PULL};
use crate::frames::file;
use crate::turn::{locked, take_turn};
use crate::{put_count, Put, Reader};

/// The generated shim of one sample: arguments in, result and `&mut` arguments out.
pub type Shim = fn(&mut Reader<'_>, &mut Vec<u8>);

/// Items of an iterator are sent once they take so many bytes, even if more were asked for.
const ENOUGH: usize = 32 << 10;

/// Answers one request for what the entry point returned and the program keeps.
type Kept = Box<dyn FnMut(&mut Reader<'_>, &mut Vec<u8>)>;

/// The connection, and the shim that runs each call on it.
static SERVING: Mutex<Option<(i32, Shim)>> = Mutex::new(None);

thread_local! {
    static LENT: RefCell<Vec<Option<Kept>>> = const { RefCell::new(Vec::new()) };
}

/// Answer calls that arrive on `fd` until it closes, on a thread with a stack of `stack` bytes.
pub fn serve(fd: i32, shim: Shim, stack: usize) {
    let worker = thread::Builder::new().stack_size(stack).spawn(move || {
        *locked(&SERVING) = Some((fd, shim));
        while let Ok((b'C', request)) = receive(fd) {
            if answer(fd, shim, &request).is_err() {
                return;
            }
        }
    });
    if let Ok(worker) = worker {
        let _ = worker.join();
    }
}

fn receive(fd: i32) -> io::Result<(u8, Vec<u8>)> {
    crate::frames::read_frame(fd)
}

/// Run one request and send its result or its panic.
fn answer(fd: i32, shim: Shim, request: &[u8]) -> io::Result<()> {
    let mut answer = vec![b'R', 0, 0, 0, 0];
    let run = AssertUnwindSafe(|| {
        let mut reader = Reader::new(request);
        match reader.byte() {
            Ok(ENTRY) => shim(&mut reader, &mut answer),
            Ok(PULL) => pull(&mut reader, &mut answer),
            _ => panic!("evalwire: malformed request"),
        }
    });
    if let Err(payload) = catch_unwind(run) {
        answer.clear();
        // The tests may ask for the type of the payload, too.
        let kind = if payload.is::<&str>() { b'P' } else { b'O' };
        match crate::panic_text(&*payload) {
            Some(text) => {
                answer.extend_from_slice(&[kind, 0, 0, 0, 0]);
                answer.extend_from_slice(text.as_bytes());
            }
            None => answer.extend_from_slice(b"Q\0\0\0\0"),
        }
        std::mem::forget(payload);
    }
    send(fd, &mut answer)
}

/// Fill in the length of a frame and write it.
fn send(fd: i32, frame: &mut [u8]) -> io::Result<()> {
    let size = (frame.len() - 5) as u32;
    frame[1..5].copy_from_slice(&size.to_le_bytes());
    file(fd).write_all(frame)
}

/// Call a closure of the tests and return its encoded result; `put` encodes its arguments.
///
/// # Panics
/// If the closure panicked, or if no test listens any more.
pub fn call_back(number: u32, put: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
    let serving = *locked(&SERVING);
    let Some((fd, shim)) = serving else {
        panic!("evalwire: nothing is served");
    };
    let _turn = take_turn();
    let mut frame = vec![b'B', 0, 0, 0, 0];
    number.put(&mut frame);
    put(&mut frame);
    let mut sent = send(fd, &mut frame);
    while sent.is_ok() {
        match receive(fd) {
            // The closure called the entry point.
            Ok((b'C', request)) => sent = answer(fd, shim, &request),
            Ok((b'D', mut reply)) if reply.first() == Some(&1) => {
                reply.remove(0);
                return reply;
            }
            Ok(_) => resume_unwind(Box::new("a closure of the tests panicked")),
            Err(error) => sent = Err(error),
        }
    }
    panic!("the tests are gone")
}

/// Keep an iterator, from which the tests take items, and append its number to `output`.
pub fn lend<T: Put>(mut items: impl Iterator<Item = T> + 'static, output: &mut Vec<u8>) {
    let mut panic: Option<Box<dyn Any + Send>> = None;
    let source = move |input: &mut Reader<'_>, out: &mut Vec<u8>| {
        let wanted: u32 = input.arg();
        if let Some(own) = panic.take() {
            resume_unwind(own);
        }
        let (at, mut count) = (out.len(), 0u32);
        put_count(0, out);
        let mut ended = false;
        while count < wanted && out.len() - at < ENOUGH && !ended && panic.is_none() {
            match catch_unwind(AssertUnwindSafe(|| items.next())) {
                Ok(Some(item)) => {
                    item.put(out);
                    count += 1;
                }
                Ok(None) => ended = true,
                Err(own) if count == 0 => resume_unwind(own),
                // The items before the panic are sent first.
                Err(own) => panic = Some(own),
            }
        }
        out[at..at + 4].copy_from_slice(&count.to_le_bytes());
        ended.put(out);
    };
    keep(source, output);
}

/// Keep what the entry point returned, a closure say, for the tests to call; its number is the
/// result. `kept` decodes what it is given and encodes what it gives back.
pub fn keep(kept: impl FnMut(&mut Reader<'_>, &mut Vec<u8>) + 'static, output: &mut Vec<u8>) {
    let number = LENT.with_borrow_mut(|lent| {
        lent.push(Some(Box::new(kept)));
        lent.len() as u32 - 1
    });
    number.put(output);
}

fn pull(input: &mut Reader<'_>, output: &mut Vec<u8>) {
    let index = input.arg::<u32>() as usize;
    let source = LENT.with_borrow_mut(|lent| lent.get_mut(index).and_then(Option::take));
    let Some(mut source) = source else {
        panic!("evalwire: malformed request");
    };
    source(input, output);
    LENT.with_borrow_mut(|lent| lent[index] = Some(source));
}
