//! The subject's half: decode a call, run the completion's function, encode its result.
//!
//! Runs inside the sandbox, in the same process as the completion; nothing here is trusted by the
//! oracle. The function runs on a thread with a 2 MiB stack, as a `#[test]` would.

use std::fs::File;
use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread;

use crate::Reader;

/// The generated shim of one sample: arguments in, result and `&mut` arguments out.
pub type Shim = fn(&mut Reader<'_>, &mut Vec<u8>);

const STACK: usize = 2 << 20;

/// Answer calls that arrive on `fd` until it closes.
pub fn serve(fd: i32, shim: Shim) {
    let worker = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || answer_all(fd, shim));
    if let Ok(worker) = worker {
        let _ = worker.join();
    }
}

fn answer_all(fd: i32, shim: Shim) {
    let mut stream = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    let mut length = [0u8; 4];
    while stream.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        if stream.read_exact(&mut request).is_err() {
            return;
        }
        let mut answer = vec![b'R', 0, 0, 0, 0];
        let run = AssertUnwindSafe(|| shim(&mut Reader::new(&request), &mut answer));
        if let Err(payload) = catch_unwind(run) {
            answer.clear();
            answer.extend_from_slice(b"P\0\0\0\0");
            answer.extend_from_slice(crate::panic_message(&*payload).as_bytes());
            std::mem::forget(payload);
        }
        let size = (answer.len() - 5) as u32;
        answer[1..5].copy_from_slice(&size.to_le_bytes());
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}
