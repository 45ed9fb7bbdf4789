//! `serve LIBRARY`, run by `evalbox confine`: the fork-server that runs completions, one process
//! per sample.
//!
//! It speaks frames (`tag: u8, length: u32, payload`) with the judge on standard input and output,
//! and never holds anything about the tests. Requests: `R` run the symbol named in the payload,
//! `C` call it with these arguments, `K` end the sample. Answers: `B` the server is there and begins
//! (if it ends from here on, that may be the program's doing), `S` started, `A` answer, `E` the
//! process ended (see `exit_frame`), `L` the library could not be loaded, `X` the sandbox failed.

use std::ffi::c_int;
use std::io;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::time::{Duration, Instant};

use evalwire::oracle::{read_frame, write_frame};

use crate::birth::become_subject;
use crate::handle::{memory_file, Reason, Subject, Wiped};
use crate::serve_options::Options;
use crate::sys;

const IN: i32 = 0;
const OUT: i32 = 1;

/// Take what subjects need from the file system while it is still in sight; gives `/dev/null`.
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
pub fn run(options: &Options, null: &OwnedFd) -> io::Result<()> {
    let mut current: Option<Subject> = None;
    while let Ok((tag, payload)) = read_frame(IN) {
        let payload = Wiped(payload);
        match (tag, current.take()) {
            (b'R', None) => current = start(options, null, &payload)?,
            (b'C', Some(subject)) => current = call(options, subject, &payload)?,
            (b'K', Some(subject)) => end(subject, Reason::Dismissed)?,
            _ => return Err(io::Error::other(format!("unexpected frame {tag}"))),
        }
    }
    Ok(())
}

fn start(options: &Options, null: &OwnedFd, symbol: &[u8]) -> io::Result<Option<Subject>> {
    write_frame(OUT, b'B', &[])?;
    let mut subject = match bear(options, null, symbol) {
        Ok(subject) => subject,
        Err(error) => {
            write_frame(OUT, b'X', error.to_string().as_bytes())?;
            return Ok(None);
        }
    };
    // Said before anything of the completion is loaded, so it cannot be forged.
    let mut word = [0u8; 1];
    match subject.receive(&mut word) {
        Ok(()) if word == *b"c" => {}
        _ => {
            let text = subject.tail();
            subject.dismiss();
            write_frame(OUT, b'X', &text)?;
            return Ok(None);
        }
    }
    match subject.receive(&mut word) {
        Ok(()) if word == *b"l" => {
            write_frame(OUT, b'S', &[])?;
            Ok(Some(subject))
        }
        Ok(()) if word == *b"n" => {
            let text = subject.tail();
            subject.dismiss();
            write_frame(OUT, b'L', &text)?;
            Ok(None)
        }
        Ok(()) => end(subject, Reason::BrokeProtocol).map(|()| None),
        Err(reason) => end(subject, reason).map(|()| None),
    }
}

/// Fork a process that becomes the subject.
fn bear(options: &Options, null: &OwnedFd, symbol: &[u8]) -> io::Result<Subject> {
    let (ours, theirs) = sys::socket_pair()?;
    let output = memory_file()?;
    // SAFETY: this process has one thread.
    let pid = sys::check(unsafe { sys::fork() }, "fork")?;
    if pid == 0 {
        become_subject(options, symbol, &theirs, output, null);
    }
    let started = Instant::now();
    let grant = Duration::from_millis(options.wall_ms);
    Ok(Subject {
        pid,
        stream: ours.into_raw_fd(),
        output,
        started,
        grant,
        deadline: started + grant,
    })
}

fn call(options: &Options, mut subject: Subject, arguments: &[u8]) -> io::Result<Option<Subject>> {
    let mut head = [0u8; 5];
    let received = subject
        .send(&(arguments.len() as u32).to_le_bytes())
        .and_then(|()| subject.send(arguments))
        .and_then(|()| subject.receive(&mut head));
    if let Err(reason) = received {
        return end(subject, reason).map(|()| None);
    }
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length as u64 > options.output_kib << 10 {
        return end(subject, Reason::AnswerTooLong).map(|()| None);
    }
    let mut answer = Wiped(vec![0; length + 1]);
    answer.0[0] = head[0];
    if let Err(reason) = subject.receive(&mut answer.0[1..]) {
        return end(subject, reason).map(|()| None);
    }
    write_frame(OUT, b'A', &answer)?;
    Ok(Some(subject))
}

/// End the sample and say how: `reason: u8, status: i32, cpu: u64 us, memory: u64 KiB, output`.
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
                unsafe {
                    sys::close(subject.stream);
                    sys::close(subject.output);
                }
                return exit_frame(reason, status, &usage, &text);
            }
            subject.tail()
        }
        _ => subject.tail(),
    };
    let (status, usage) = subject.dismiss();
    let reason = if matches!(reason, Reason::Ended) {
        Reason::BrokeProtocol
    } else {
        reason
    };
    exit_frame(reason, status, &usage, &text)
}

fn exit_frame(reason: Reason, status: c_int, usage: &sys::Usage, text: &[u8]) -> io::Result<()> {
    let mut payload = Wiped(vec![reason as u8]);
    payload.0.extend_from_slice(&status.to_le_bytes());
    payload.0.extend_from_slice(&usage.cpu_us().to_le_bytes());
    payload
        .0
        .extend_from_slice(&(usage.max_rss_kb as u64).to_le_bytes());
    payload.0.reserve_exact(text.len());
    payload.0.extend_from_slice(text);
    write_frame(OUT, b'E', &payload)
}
