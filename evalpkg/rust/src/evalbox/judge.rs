//! `judge PATIENCE_MS CPU_S -- COMMAND...`: run the tests of many samples against the fork-server
//! that COMMAND starts.
//!
//! The judge runs outside the sandbox and loads nothing that a model wrote. It reads jobs from
//! standard input, one a line: `id TAB oracle library TAB oracle symbol TAB subject symbol`. It
//! writes each job's result to standard output as one line of JSON.
//!
//! If a test run leaves no report, or a thread of it is in the middle of a call, part of an answer
//! may still be on the pipe. Then the judge ends the server, reads nothing more from it, and starts
//! a new one for the next sample.

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::fs::File;
use std::io::{self, BufRead, Read, Write as _};
use std::os::fd::{AsFd as _, AsRawFd, OwnedFd};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use evalwire::frames::{read_frame, read_marked, write_frame, Nonce};
use evalwire::oracle::Line;
use evalwire::vocabulary::Kind;
use evalwire::{Get, Reader};

use crate::report::{describe, Outcome};
use crate::sys;

type Oracle = extern "C" fn(&Line, extern "C" fn(*const u8, usize));

/// Address space of a test run, in bytes. It keeps an answer from making the tests use up the
/// machine's memory.
const ORACLE_BYTES: u64 = 2 << 30;
/// The time that a server gets to end.
const GRACE: Duration = Duration::from_secs(1);
/// If so many servers end while they run one sample, the sample is the cause.
const DEATHS: u32 = 2;

/// The most bytes of error output that are read to learn why tests were aborted.
const LAST_WORDS: usize = 512;
const SEEK_END: c_int = 2;

/// The part of an exit status that names a signal, and the signal of `abort`.
const SIGNAL: c_int = 0x7f;
const SIGABRT: c_int = 6;

/// The descriptor on which a test run's process writes its report; set after the fork.
static REPORT: AtomicI32 = AtomicI32::new(-1);

extern "C" fn hand_over(bytes: *const u8, length: usize) {
    // SAFETY: the oracle passes the report it holds.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    let _ = write_frame(REPORT.load(Ordering::Relaxed), b'O', bytes);
}

/// Time limits of a test run.
#[derive(Clone, Copy)]
pub struct Patience {
    pub wall: Duration,
    /// CPU seconds of the tests' own process, without those of the subject.
    pub cpu_s: u64,
}

/// A running fork-server.
struct Server {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
}

impl Server {
    /// Start a server and wait until it reports that it is ready.
    fn start(command: &[String]) -> io::Result<Self> {
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the sandbox's server has no pipes"));
        };
        let server = Server { child, to, from };
        match read_frame(server.from.as_raw_fd()) {
            Ok((b'H', _)) => Ok(server),
            _ => {
                server.end();
                Err(io::Error::other("the sandbox's server did not start"))
            }
        }
    }

    /// Close the pipes, wait for the server to end, and kill it if it does not.
    fn end(self) {
        let Server {
            mut child,
            to,
            from,
        } = self;
        drop((to, from));
        let steps = 200;
        for _ in 0..steps {
            if let Ok(Some(_)) = child.try_wait() {
                return;
            }
            std::thread::sleep(GRACE / steps);
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Judge every job; the arguments are the command that starts a fork-server.
///
/// # Errors
/// If an oracle cannot be loaded, or a job is malformed.
pub fn run(patience: Patience, server: &[String]) -> io::Result<()> {
    // A failed assert is a result; it is not printed.
    std::panic::set_hook(Box::new(|_| {}));
    let mut libraries = HashMap::new();
    let mut current = None;
    let (jobs, mut out) = take_streams()?;
    for line in io::BufReader::new(jobs).lines() {
        let line = line?;
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, library, oracle, subject] = fields[..] else {
            return Err(io::Error::other(format!("not a job: {line}")));
        };
        let oracle = load(&mut libraries, library, oracle)?;
        let outcome = settle(&mut current, server, oracle, subject, patience);
        writeln!(out, "{}", describe(id, &outcome))?;
        out.flush()?;
    }
    if let Some(server) = current {
        server.end();
    }
    Ok(())
}

/// Move our standard input and output to other descriptors, and put the empty device in their place.
///
/// What a task's tests print may be a model's answer. It must not be taken for a result.
fn take_streams() -> io::Result<(File, File)> {
    let empty = OwnedFd::from(File::options().read(true).write(true).open("/dev/null")?);
    // These copies are closed in every program that is started.
    let jobs = io::stdin().as_fd().try_clone_to_owned()?;
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    sys::place(&empty, 0)?;
    sys::place(&empty, 1)?;
    Ok((File::from(jobs), File::from(out)))
}

/// Judge one sample; start a new server if none is running.
fn settle(
    current: &mut Option<Server>,
    command: &[String],
    oracle: Oracle,
    subject: &str,
    patience: Patience,
) -> Outcome {
    let mut why = String::new();
    for _ in 0..DEATHS {
        let server = match current.take().map_or_else(|| Server::start(command), Ok) {
            Ok(server) => server,
            Err(error) => return Outcome::of(Kind::Infra, error.to_string()),
        };
        match job(&server, oracle, subject, patience) {
            Ok((outcome, true)) => {
                *current = Some(server);
                return outcome;
            }
            Ok((outcome, false)) => {
                server.end();
                return outcome;
            }
            Err(error) => {
                server.end();
                why = error.to_string();
            }
        }
    }
    Outcome::of(
        Kind::ServerGone,
        format!("the sandbox's server ended: {why}"),
    )
}

/// Tell whether tests that end so may leave a part of an answer on the pipe.
fn leaves_no_report(kind: Kind) -> bool {
    matches!(kind, Kind::Exhausted | Kind::Aborted)
}

fn load(libraries: &mut HashMap<String, usize>, path: &str, symbol: &str) -> io::Result<Oracle> {
    let name = CString::new(symbol)?;
    let handle = match libraries.get(path) {
        Some(&handle) => handle,
        None => {
            let file = CString::new(path)?;
            // SAFETY: a C string; what the library runs when loaded is ours.
            let handle = unsafe { sys::dlopen(file.as_ptr(), sys::RTLD_NOW) } as usize;
            libraries.insert(path.to_string(), handle);
            handle
        }
    };
    // SAFETY: the handle is one of dlopen's, and every oracle symbol has the type `Oracle`.
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

/// Draw a mark that nobody can guess. Our own `getrandom` returns a constant, so this reads
/// `/dev/urandom`.
fn nonce() -> io::Result<Nonce> {
    let mut nonce = Nonce::default();
    File::open("/dev/urandom")?.read_exact(&mut nonce)?;
    Ok(nonce)
}

/// Judge one sample on a server; return its outcome, and whether the server can go on.
fn job(
    server: &Server,
    oracle: Oracle,
    subject: &str,
    patience: Patience,
) -> io::Result<(Outcome, bool)> {
    let line = Line {
        to: server.to.as_raw_fd(),
        from: server.from.as_raw_fd(),
        nonce: nonce()?,
    };
    write_frame(line.to, b'R', subject.as_bytes())?;
    // The server reads this only after it has forked the sample's process.
    write_frame(line.to, b'N', &line.nonce)?;
    let (tag, payload) = read_marked(line.from, line.nonce)?;
    let text = || String::from_utf8_lossy(&payload).into_owned();
    match tag {
        b'S' => {}
        b'L' => return Ok((Outcome::of(Kind::NotLoaded, text()), true)),
        b'E' => return Ok((Outcome::gone(payload), true)),
        _ => return Ok((Outcome::of(Kind::Infra, text()), true)),
    }
    let (mut outcome, quiet) = run_tests(line, oracle, patience)?;
    let clean = quiet && !leaves_no_report(outcome.kind);
    if outcome.exit.is_empty() && outcome.kind == Kind::Gone {
        return Err(io::Error::other("no answer"));
    }
    if outcome.exit.is_empty() && clean {
        write_frame(line.to, b'K', &[])?;
        outcome.exit = last_frame(line)?;
    }
    Ok((outcome, clean))
}

/// Read up to the frame that ends a sample; an answer that no test waited for may come before it.
fn last_frame(line: Line) -> io::Result<Vec<u8>> {
    loop {
        if let (b'E', payload) = read_marked(line.from, line.nonce)? {
            return Ok(payload);
        }
    }
}

/// Run the tests in a process of their own, which bounds what the answers can make them do.
///
/// Return the outcome, and whether no call was under way at the end.
fn run_tests(line: Line, oracle: Oracle, patience: Patience) -> io::Result<(Outcome, bool)> {
    let (ours, theirs) = sys::socket_pair()?;
    let said_before = end_of_errors();
    // SAFETY: this process has one thread.
    let pid = sys::check(unsafe { sys::fork() }, "fork")?;
    if pid == 0 {
        sys::die_with_parent();
        REPORT.store(theirs.as_raw_fd(), Ordering::Relaxed);
        test_run(line, oracle, patience.cpu_s);
    }
    drop(theirs);
    let milliseconds = patience.wall.as_millis().min(1 << 30) as c_int;
    let mut poll = sys::PollFd {
        fd: ours.as_raw_fd(),
        events: sys::POLLIN,
        revents: 0,
    };
    // SAFETY: one entry, as said.
    let ready = unsafe { sys::poll(&raw mut poll, 1, milliseconds) } > 0;
    let report = if ready {
        read_frame(ours.as_raw_fd()).ok()
    } else {
        None
    };
    // SAFETY: our own child, not yet collected.
    unsafe { sys::kill(pid, sys::SIGKILL) };
    let aborted = sys::reap(pid, 0).is_some_and(|(status, _)| status & SIGNAL == SIGABRT);
    match report {
        Some((_, bytes)) => decode(&bytes).ok_or_else(|| io::Error::other("malformed report")),
        None => {
            let (kind, why) = why_without_report(aborted, &errors_since(said_before));
            Ok((Outcome::of(kind, why.into()), false))
        }
    }
}

/// Tell why tests left no report, from what std said before it aborted them.
fn why_without_report(aborted: bool, said: &str) -> (Kind, &'static str) {
    if !aborted {
        (Kind::Exhausted, "the answers keep the tests from ending")
    } else if said.contains("memory allocation of ") {
        let why = "memory: the tests had none left for what the program answered";
        (Kind::Exhausted, why)
    } else if said.contains("has overflowed its stack") {
        let why = "stack: the tests had none left for what the program answered";
        (Kind::Exhausted, why)
    } else {
        (Kind::Aborted, "the tests' process aborted")
    }
}

/// Return the length of our error output if it is a file, as `trial.py` gives it; else -1.
fn end_of_errors() -> i64 {
    // SAFETY: the call takes numbers.
    unsafe { sys::lseek(2, 0, SEEK_END) }
}

/// Return the end of what was written to our error output since it had this length.
fn errors_since(length: i64) -> String {
    let mut bytes = [0u8; LAST_WORDS];
    let start = (end_of_errors() - LAST_WORDS as i64).max(length);
    if start < 0 {
        return String::new();
    }
    // SAFETY: the buffer has the length that is given.
    let read = unsafe { sys::pread(2, bytes.as_mut_ptr().cast(), bytes.len(), start) };
    String::from_utf8_lossy(&bytes[..read.max(0) as usize]).into_owned()
}

/// Set limits, run the tests and exit; called in the forked child.
fn test_run(line: Line, oracle: Oracle, cpu_s: u64) -> ! {
    let limited = sys::limit(sys::RLIMIT_AS, ORACLE_BYTES, ORACLE_BYTES)
        .and_then(|()| sys::limit(sys::RLIMIT_CPU, cpu_s, cpu_s))
        .and_then(|()| sys::limit(sys::RLIMIT_CORE, 0, 0));
    if limited.is_ok() {
        oracle(&line, hand_over);
    }
    // SAFETY: ends the process.
    unsafe { sys::_exit(0) }
}

fn decode(report: &[u8]) -> Option<(Outcome, bool)> {
    let mut reader = Reader::new(report);
    let outcome = Outcome {
        kind: *Kind::ALL.get(reader.byte().ok()? as usize)?,
        test: String::get(&mut reader).ok()?,
        message: String::get(&mut reader).ok()?,
        exit: Vec::<u8>::get(&mut reader).ok()?,
    };
    Some((outcome, bool::get(&mut reader).ok()?))
}
