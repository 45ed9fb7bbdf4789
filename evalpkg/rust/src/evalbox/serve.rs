//! `serve LIBRARY`, run by `evalbox confine`: the fork-server that runs completions, one process
//! per sample.
//!
//! It exchanges frames (`tag: u8, length: u32, payload`) with the judge on standard input and
//! output, and never holds anything about the tests. It sends `H` when it is ready: if it ends
//! after that, a completion may be the cause.
//!
//! Requests: `R` run the symbol named in the payload; `N` (after `R`) the nonce that marks all
//! frames about this sample; `C` call the function with these arguments; `D` the value that a
//! closure of the tests returned; `K` end the sample. Answers: `S` started; `A` an answer, or the
//! call of a closure; `E` the process ended (see `exit_frame`); `L` the library could not be
//! loaded; `X` the sandbox failed. The payload of each answer begins with the nonce.

use std::ffi::c_int;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use evalwire::frames::{read_frame, write_frame, Nonce};
use evalwire::vocabulary::Reason;

use crate::birth::become_subject;
use crate::handle::{memory_file, Subject, Wiped};
use crate::serve_options::ServeOptions;
use crate::sys;

const IN: i32 = 0;
const OUT: i32 = 1;

/// Load and open what subjects need while the file system can still be reached; return `/dev/null`.
pub fn prepare() -> io::Result<OwnedFd> {
    // SAFETY: a number and a C string that is there for good; libm runs nothing when loaded.
    unsafe {
        // One arena: otherwise each thread reserves 64 MiB of address space, which is limited.
        sys::mallopt(sys::M_ARENA_MAX, 1);
        sys::dlopen(c"libm.so.6".as_ptr(), sys::RTLD_NOW);
    }
    sys::open_file(c"/dev/null", sys::O_RDONLY)
}

/// Serve until standard input closes. `null` is `/dev/null`, open.
pub fn run(options: &ServeOptions, null: &OwnedFd) -> io::Result<()> {
    let mut current: Option<Subject> = None;
    write_frame(OUT, b'H', &[])?;
    while let Ok((tag, payload)) = read_frame(IN) {
        let payload = Wiped(payload);
        match (tag, current.take()) {
            (b'R', None) => current = start(options, null, &payload)?,
            (b'C' | b'D', Some(subject)) => current = call(options, subject, tag, &payload)?,
            (b'K', Some(subject)) => end(subject, Reason::Dismissed)?,
            _ => return Err(io::Error::other(format!("unexpected frame {tag}"))),
        }
    }
    Ok(())
}

fn start(options: &ServeOptions, null: &OwnedFd, symbol: &[u8]) -> io::Result<Option<Subject>> {
    let born = bear(options, null, symbol);
    // Read the nonce only after the fork: before that it is on the pipe, so the sample's process
    // has no copy of it in its memory.
    let nonce = read_nonce()?;
    let mut subject = match born {
        Ok(subject) => Subject { nonce, ..subject },
        Err(error) => {
            say(b'X', nonce, error.to_string().as_bytes())?;
            return Ok(None);
        }
    };
    // The child sends this word before it loads the completion, so the completion cannot forge it.
    let mut word = [0u8; 1];
    match subject.receive(&mut word) {
        Ok(()) if word == *b"c" => {}
        _ => {
            let text = subject.tail();
            subject.dismiss();
            say(b'X', nonce, &text)?;
            return Ok(None);
        }
    }
    match subject.receive(&mut word) {
        Ok(()) if word == *b"l" => {
            say(b'S', nonce, &[])?;
            Ok(Some(subject))
        }
        Ok(()) if word == *b"n" => {
            let text = subject.tail();
            subject.dismiss();
            say(b'L', nonce, &text)?;
            Ok(None)
        }
        Ok(()) => end(subject, Reason::BrokeProtocol).map(|()| None),
        Err(reason) => end(subject, reason).map(|()| None),
    }
}

/// Fork a process that becomes the subject.
fn bear(options: &ServeOptions, null: &OwnedFd, symbol: &[u8]) -> io::Result<Subject> {
    let (ours, theirs) = sys::socket_pair()?;
    let output = memory_file()?;
    // SAFETY: this process has one thread.
    let pid = sys::check(unsafe { sys::fork() }, "fork")?;
    if pid == 0 {
        become_subject(options, symbol, &theirs, &output, null);
    }
    let started = Instant::now();
    let grant = Duration::from_millis(options.wall_ms);
    Ok(Subject {
        pid,
        stream: ours,
        output,
        nonce: Nonce::default(),
        started,
        grant,
        deadline: started + grant,
    })
}

fn read_nonce() -> io::Result<Nonce> {
    let (tag, payload) = read_frame(IN)?;
    match (tag, payload.as_slice().try_into()) {
        (b'N', Ok(nonce)) => Ok(nonce),
        _ => Err(io::Error::other("no nonce")),
    }
}

/// Send one frame about a sample.
fn say(tag: u8, nonce: Nonce, text: &[u8]) -> io::Result<()> {
    let mut payload = Wiped(Vec::with_capacity(nonce.len() + text.len()));
    payload.0.extend_from_slice(&nonce);
    payload.0.extend_from_slice(text);
    write_frame(OUT, tag, &payload)
}

/// Pass a frame from the tests to the subject, and its answer or its call of a closure back.
fn call(
    options: &ServeOptions,
    mut subject: Subject,
    tag: u8,
    arguments: &[u8],
) -> io::Result<Option<Subject>> {
    let mut head = [tag; 5];
    head[1..].copy_from_slice(&(arguments.len() as u32).to_le_bytes());
    let received = subject
        .send(&head)
        .and_then(|()| subject.send(arguments))
        .and_then(|()| subject.receive(&mut head));
    if let Err(reason) = received {
        return end(subject, reason).map(|()| None);
    }
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length as u64 > options.output_kib << 10 {
        return end(subject, Reason::AnswerTooLong).map(|()| None);
    }
    let start = subject.nonce.len() + 1;
    let mut answer = Wiped(vec![head[0]; start + length]);
    answer.0[..start - 1].copy_from_slice(&subject.nonce);
    if let Err(reason) = subject.receive(&mut answer.0[start..]) {
        return end(subject, reason).map(|()| None);
    }
    write_frame(OUT, b'A', &answer)?;
    Ok(Some(subject))
}

/// End the sample and say how: `reason: u8, status: i32, cpu: u64 us, output`.
fn end(subject: Subject, reason: Reason) -> io::Result<()> {
    let text = match reason {
        Reason::Ended => {
            // The stream is closed, yet the process may still be on its way out.
            let grace = Instant::now() + Duration::from_secs(2);
            let mut status = None;
            while status.is_none() && Instant::now() < grace {
                status = sys::reap(subject.pid, sys::WNOHANG);
                if status.is_none() {
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
            if let Some((status, usage)) = status {
                let text = subject.tail();
                return exit_frame(subject.nonce, reason, status, &usage, &text);
            }
            subject.tail()
        }
        _ => subject.tail(),
    };
    let nonce = subject.nonce;
    let (status, usage) = subject.dismiss();
    let reason = if matches!(reason, Reason::Ended) {
        Reason::BrokeProtocol
    } else {
        reason
    };
    exit_frame(nonce, reason, status, &usage, &text)
}

fn exit_frame(
    nonce: Nonce,
    reason: Reason,
    status: c_int,
    usage: &sys::Usage,
    text: &[u8],
) -> io::Result<()> {
    let mut payload = Wiped(Vec::with_capacity(13 + text.len()));
    payload.0.push(reason as u8);
    payload.0.extend_from_slice(&status.to_le_bytes());
    payload.0.extend_from_slice(&usage.cpu_us().to_le_bytes());
    payload.0.extend_from_slice(text);
    say(b'E', nonce, &payload)
}
