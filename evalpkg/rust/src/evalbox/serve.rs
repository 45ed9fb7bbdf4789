//! `serve LIBRARY`, run by `evalbox confine`: the fork-server that runs completions, one process per sample.
//!
//! It speaks frames (`tag: u8, length: u32, payload`) with the judge on standard input and output,
//! and never holds anything about the tests. Requests: `R` run the symbol named in the payload,
//! `C` call it with these arguments, `K` end the sample. Answers: `S` started, `A` answer, `E` the
//! process ended (see `Exit`), `L` the library could not be loaded, `X` the sandbox failed.

use std::ffi::c_int;
use std::io;
use std::time::{Duration, Instant};

use evalwire::oracle::{read_frame, write_frame};

use crate::birth::become_subject;
use crate::handle::{memory_file, Reason, Subject, Wiped};
use crate::{confine, sys};

const IN: i32 = 0;
const OUT: i32 = 1;

pub struct Options {
    /// `/dev/null`, open.
    pub null: c_int,
    pub library: String,
    pub wall_ms: u64,
    pub cpu_s: u64,
    pub memory_mib: u64,
    pub output_kib: u64,
    pub landlock: bool,
    pub seccomp: bool,
}

impl Options {
    fn parse(outer: &confine::Options, null: c_int) -> Result<Self, String> {
        let mut arguments = outer.command.iter().skip(1).cloned();
        let mut options = Options {
            null,
            library: String::new(),
            wall_ms: 10_000,
            cpu_s: 10,
            memory_mib: 1024,
            output_kib: 1024,
            landlock: outer.landlock,
            seccomp: outer.seccomp,
        };
        while let Some(word) = arguments.next() {
            let mut number = || {
                let value = arguments.next().unwrap_or_default();
                value
                    .parse()
                    .map_err(|_| format!("{word}: not a number: '{value}'"))
            };
            match word.as_str() {
                "--wall-ms" => options.wall_ms = number()?,
                "--cpu-s" => options.cpu_s = number()?,
                "--memory-mib" => options.memory_mib = number()?,
                "--output-kib" => options.output_kib = number()?,
                _ => options.library = word,
            }
        }
        Ok(options)
    }
}

/// Take what subjects need from the file system while it is still in sight; gives `/dev/null`.
pub fn prepare() -> c_int {
    unsafe {
        // One arena: otherwise each thread reserves 64 MiB of address space, which is limited.
        sys::mallopt(sys::M_ARENA_MAX, 1);
        sys::dlopen(c"libm.so.6".as_ptr(), sys::RTLD_NOW);
        sys::open(c"/dev/null".as_ptr(), sys::O_RDONLY | sys::O_CLOEXEC)
    }
}

/// Serve with the options that follow `serve` on the command line, until standard input closes.
pub fn main(outer: &confine::Options, null: c_int) -> Result<(), String> {
    run(&Options::parse(outer, null)?).map_err(|error| error.to_string())
}

fn run(options: &Options) -> io::Result<()> {
    let mut current: Option<Subject> = None;
    while let Ok((tag, payload)) = read_frame(IN) {
        let payload = Wiped(payload);
        match (tag, current.take()) {
            (b'R', None) => current = start(options, &payload)?,
            (b'C', Some(subject)) => current = call(options, subject, &payload)?,
            (b'K', Some(subject)) => end(subject, Reason::Dismissed)?,
            _ => return Err(io::Error::other(format!("unexpected frame {tag}"))),
        }
    }
    Ok(())
}

fn start(options: &Options, symbol: &[u8]) -> io::Result<Option<Subject>> {
    let mut pair = [0; 2];
    let made = unsafe { sys::socketpair(sys::AF_UNIX, sys::SOCK_STREAM, 0, pair.as_mut_ptr()) };
    sys::check(made, "socketpair")?;
    let output = memory_file()?;
    let pid = sys::check(unsafe { sys::fork() }, "fork")?;
    if pid == 0 {
        become_subject(options, symbol, pair[1], output);
    }
    unsafe { sys::close(pair[1]) };
    let started = Instant::now();
    let grant = Duration::from_millis(options.wall_ms);
    let deadline = started + grant;
    let mut subject = Subject {
        pid,
        stream: pair[0],
        output,
        started,
        grant,
        deadline,
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
