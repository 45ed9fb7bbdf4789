//! `evalbox judge`: hold the tests, ask the subjects, say what came of it.
//!
//! Runs outside the sandbox and starts the fork-server inside it. Jobs come on standard input, one
//! a line: `id TAB oracle library TAB oracle symbol TAB subject symbol`. Each job's result leaves
//! on standard output as one line of JSON. Nothing that a model wrote is loaded here.

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::fmt::Write as _;
use std::io::{self, BufRead, Write as _};
use std::os::fd::IntoRawFd;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use evalwire::oracle::{read_frame, write_frame};
use evalwire::{Get, Reader};

use crate::sys;

type Oracle = extern "C" fn(c_int, c_int, extern "C" fn(*const u8, usize));

/// Address space of a test run. An answer must not be able to make the tests eat the machine.
const ORACLE_BYTES: u64 = 2 << 30;
/// CPU time of a test run besides waiting for answers.
const ORACLE_CPU_S: u64 = 10;
/// Where a test run's process leaves its report.
static REPORT: AtomicI32 = AtomicI32::new(-1);

extern "C" fn hand_over(bytes: *const u8, length: usize) {
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    let _ = write_frame(REPORT.load(Ordering::Relaxed), b'O', bytes);
}

/// How a job ended; `kind` is what `evalpkg/scoring/verdict.py` maps to a verdict.
#[derive(Default)]
struct Outcome {
    kind: &'static str,
    test: String,
    message: String,
    tests_passed: u32,
    exit: Vec<u8>,
}

/// Judge every job; the arguments are the command that starts the fork-server. A test run that has
/// not ended after `patience` is ended.
pub fn run(patience: Duration, server: &[String]) -> io::Result<()> {
    let mut child = Command::new(&server[0])
        .args(&server[1..])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let to = child.stdin.take().map(IntoRawFd::into_raw_fd).unwrap_or(-1);
    let from = child
        .stdout
        .take()
        .map(IntoRawFd::into_raw_fd)
        .unwrap_or(-1);
    // Failed asserts are results, not something to print.
    std::panic::set_hook(Box::new(|_| {}));
    let mut libraries = HashMap::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, library, oracle, subject] = fields[..] else {
            return Err(io::Error::other(format!("not a job: {line}")));
        };
        let oracle = load(&mut libraries, library, oracle)?;
        let mut begun = false;
        let ended = job(to, from, oracle, subject, patience, &mut begun);
        let outcome = ended.unwrap_or_else(|error| Outcome {
            // What no code of the program can have brought about is never the program's.
            kind: if begun { "server_gone" } else { "infra" },
            message: format!("the sandbox's server ended: {error}"),
            ..Outcome::default()
        });
        let gone = matches!(outcome.kind, "infra" | "server_gone");
        writeln!(out, "{}", describe(id, &outcome))?;
        out.flush()?;
        if gone {
            break;
        }
    }
    unsafe { sys::close(to) };
    child.wait()?;
    Ok(())
}

fn load(libraries: &mut HashMap<String, usize>, path: &str, symbol: &str) -> io::Result<Oracle> {
    let name = CString::new(symbol)?;
    let handle = match libraries.get(path) {
        Some(&handle) => handle,
        None => {
            let file = CString::new(path)?;
            let handle = unsafe { sys::dlopen(file.as_ptr(), sys::RTLD_NOW) } as usize;
            libraries.insert(path.to_string(), handle);
            handle
        }
    };
    unsafe {
        let handle = handle as *mut c_void;
        let address = if handle.is_null() {
            handle
        } else {
            sys::dlsym(handle, name.as_ptr())
        };
        if address.is_null() {
            let error: *const c_char = sys::dlerror();
            return Err(io::Error::other(
                CStr::from_ptr(error).to_string_lossy().into_owned(),
            ));
        }
        Ok(std::mem::transmute::<*mut c_void, Oracle>(address))
    }
}

fn job(
    to: c_int,
    from: c_int,
    oracle: Oracle,
    subject: &str,
    patience: Duration,
    begun: &mut bool,
) -> io::Result<Outcome> {
    write_frame(to, b'R', subject.as_bytes())?;
    let (mut tag, mut payload) = read_frame(from)?;
    if tag == b'B' {
        *begun = true;
        (tag, payload) = read_frame(from)?;
    }
    let text = || String::from_utf8_lossy(&payload).into_owned();
    match tag {
        b'S' => {}
        b'L' => {
            return Ok(Outcome {
                kind: "not_loaded",
                message: text(),
                ..Outcome::default()
            })
        }
        b'E' => {
            return Ok(Outcome {
                kind: "gone",
                exit: payload,
                ..Outcome::default()
            })
        }
        _ => {
            return Ok(Outcome {
                kind: "infra",
                message: text(),
                ..Outcome::default()
            })
        }
    }
    let mut outcome = run_tests(to, from, oracle, patience)?;
    if outcome.exit.is_empty() {
        if outcome.kind == "gone" {
            return Err(io::Error::other("no answer"));
        }
        write_frame(to, b'K', &[])?;
        outcome.exit = last_frame(from)?;
    }
    Ok(outcome)
}

/// The frame that ends a sample; an answer that nobody waited for may come before it.
fn last_frame(from: c_int) -> io::Result<Vec<u8>> {
    loop {
        if let (b'E', payload) = read_frame(from)? {
            return Ok(payload);
        }
    }
}

/// Run the tests in a process of their own: what the answers make them do is bounded.
fn run_tests(to: c_int, from: c_int, oracle: Oracle, patience: Duration) -> io::Result<Outcome> {
    let mut pair = [0; 2];
    let made = unsafe { sys::socketpair(sys::AF_UNIX, sys::SOCK_STREAM, 0, pair.as_mut_ptr()) };
    sys::check(made, "socketpair")?;
    let pid = sys::check(unsafe { sys::fork() }, "fork")?;
    if pid == 0 {
        REPORT.store(pair[1], Ordering::Relaxed);
        let limited = sys::limit(sys::RLIMIT_AS, ORACLE_BYTES, ORACLE_BYTES)
            .and_then(|()| sys::limit(sys::RLIMIT_CPU, ORACLE_CPU_S, ORACLE_CPU_S))
            .and_then(|()| sys::limit(sys::RLIMIT_CORE, 0, 0));
        if limited.is_ok() {
            oracle(to, from, hand_over);
        }
        unsafe { sys::_exit(0) };
    }
    unsafe { sys::close(pair[1]) };
    let milliseconds = patience.as_millis().min(1 << 30) as c_int;
    let mut poll = sys::PollFd {
        fd: pair[0],
        events: sys::POLLIN,
        revents: 0,
    };
    let ready = unsafe { sys::poll(&mut poll, 1, milliseconds) } > 0;
    let report = if ready {
        read_frame(pair[0]).ok()
    } else {
        None
    };
    unsafe {
        sys::kill(pid, sys::SIGKILL);
        sys::close(pair[0]);
    }
    sys::reap(pid, 0);
    match report {
        Some((_, bytes)) => decode(&bytes).ok_or_else(|| io::Error::other("malformed report")),
        None => Ok(Outcome {
            kind: "exhausted",
            message: "the answers keep the tests from ending".into(),
            ..Outcome::default()
        }),
    }
}

fn decode(report: &[u8]) -> Option<Outcome> {
    const KINDS: [&str; 5] = ["passed", "test_failed", "panicked", "gone", "bad_answer"];
    let mut reader = Reader::new(report);
    let kind = KINDS.get(reader.byte().ok()? as usize)?;
    let tests_passed = u32::get(&mut reader).ok()?;
    let test = String::get(&mut reader).ok()?;
    let message = String::get(&mut reader).ok()?;
    let exit = Vec::<u8>::get(&mut reader).ok()?;
    Some(Outcome {
        kind,
        test,
        message,
        tests_passed,
        exit,
    })
}

fn describe(id: &str, outcome: &Outcome) -> String {
    let mut line = String::new();
    let _ = write!(
        line,
        "{{\"id\":{id},\"kind\":\"{}\",\"test\":",
        outcome.kind
    );
    quote(&outcome.test, &mut line);
    line.push_str(",\"message\":");
    quote(&outcome.message, &mut line);
    let _ = write!(line, ",\"tests_passed\":{}", outcome.tests_passed);
    if outcome.exit.len() >= 21 {
        let (head, output) = outcome.exit.split_at(21);
        let mut reader = Reader::new(head);
        if let (Ok(reason), Ok(status), Ok(cpu), Ok(memory)) = (
            u8::get(&mut reader),
            i32::get(&mut reader),
            u64::get(&mut reader),
            u64::get(&mut reader),
        ) {
            let _ = write!(
                line,
                ",\"reason\":{reason},\"status\":{status},\"cpu_us\":{cpu},\"memory_kib\":{memory}"
            );
        }
        line.push_str(",\"output\":");
        quote(&String::from_utf8_lossy(output), &mut line);
    }
    line.push('}');
    line
}

/// A JSON string.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if (letter as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}
