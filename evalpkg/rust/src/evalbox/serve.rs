//! `serve LIBRARY`, run by `evalbox confine`: the fork-server that runs completions, one process per sample.
//!
//! It speaks frames (`tag: u8, length: u32, payload`) with the judge on standard input and output,
//! and never holds anything about the tests. Requests: `R` run the symbol named in the payload,
//! `C` call it with these arguments, `K` end the sample. Answers: `S` started, `A` answer, `E` the
//! process ended (see `Exit`), `L` the library could not be loaded, `X` the sandbox failed.

use std::ffi::{c_int, CStr, CString};
use std::io;
use std::time::{Duration, Instant};

use evalwire::oracle::{read_frame, write_frame};

use crate::landlock::{self, Access};
use crate::{confine, seccomp, sys};

const IN: i32 = 0;
const OUT: i32 = 1;
/// Where a subject finds its end of the conversation.
const SUBJECT_FD: i32 = 3;
/// Bytes of a subject's output that are kept for the report.
const TAIL: usize = 2048;
/// A subject that used less than this share of the time was not computing.
const LEAST_SHARE: f64 = 0.1;
/// How many times its wall time a computing subject may take on a loaded machine.
const MOST_GRANTS: u32 = 6;

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

/// Why a subject is no longer there.
#[repr(u8)]
#[derive(Clone, Copy)]
enum Reason {
    Ended = 0,
    WallTimeout = 1,
    AnswerTooLong = 2,
    BrokeProtocol = 3,
    Dismissed = 4,
}

struct Subject {
    pid: c_int,
    stream: c_int,
    output: c_int,
    started: Instant,
    grant: Duration,
    deadline: Instant,
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

/// Bytes that leave no trace: the next subject is forked from this memory, and must not find in
/// it what an earlier one answered.
struct Wiped(Vec<u8>);

impl std::ops::Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        for byte in &mut self.0 {
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
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

impl Subject {
    fn receive(&mut self, buffer: &mut [u8]) -> Result<(), Reason> {
        let mut filled = 0;
        while filled < buffer.len() {
            self.wait_readable()?;
            let rest = &mut buffer[filled..];
            let got = unsafe { sys::read(self.stream, rest.as_mut_ptr().cast(), rest.len()) };
            if got <= 0 {
                return Err(Reason::Ended);
            }
            filled += got as usize;
        }
        Ok(())
    }

    fn wait_readable(&mut self) -> Result<(), Reason> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.extend()?;
                continue;
            }
            let mut poll = sys::PollFd {
                fd: self.stream,
                events: sys::POLLIN,
                revents: 0,
            };
            let milliseconds = left.as_millis().min(1 << 30) as c_int + 1;
            if unsafe { sys::poll(&mut poll, 1, milliseconds) } > 0 {
                return Ok(());
            }
        }
    }

    /// A subject that computes has until its CPU time is used up, however slow the machine is; one
    /// that mostly waits has had its time.
    fn extend(&mut self) -> Result<(), Reason> {
        let elapsed = self.started.elapsed();
        let granted = self.deadline - self.started;
        let computing = self.cpu_time() > elapsed.mul_f64(LEAST_SHARE);
        if !computing || granted > self.grant * MOST_GRANTS {
            return Err(Reason::WallTimeout);
        }
        self.deadline += self.grant / 4;
        Ok(())
    }

    fn cpu_time(&self) -> Duration {
        let clock = (!self.pid << 3) | 2;
        let mut time = [0i64; 2];
        if unsafe { clock_gettime(clock, time.as_mut_ptr()) } != 0 {
            return Duration::ZERO;
        }
        Duration::new(time[0] as u64, time[1] as u32)
    }

    /// Arguments are small and the socket's buffer large; a subject that does not read them loses.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        const MSG_DONTWAIT_NOSIGNAL: c_int = 0x40 | 0x4000;
        let mut sent = 0;
        while sent < bytes.len() {
            let rest = &bytes[sent..];
            let count = unsafe {
                send(
                    self.stream,
                    rest.as_ptr().cast(),
                    rest.len(),
                    MSG_DONTWAIT_NOSIGNAL,
                )
            };
            if count > 0 {
                sent += count as usize;
            } else if io::Error::last_os_error().kind() == io::ErrorKind::WouldBlock {
                if Instant::now() > self.deadline {
                    self.extend()?;
                }
                std::thread::sleep(Duration::from_millis(1));
            } else {
                return Err(Reason::Ended);
            }
        }
        Ok(())
    }

    /// The end of what the subject printed.
    fn tail(&self) -> Wiped {
        let size = unsafe { sys::lseek(self.output, 0, 2) }.max(0);
        let from = (size - TAIL as i64).max(0);
        let mut buffer = vec![0u8; TAIL];
        let got = unsafe { sys::pread(self.output, buffer.as_mut_ptr().cast(), TAIL, from) };
        buffer.truncate(got.max(0) as usize);
        Wiped(buffer)
    }

    fn dismiss(self) -> (c_int, sys::Usage) {
        unsafe { sys::kill(self.pid, sys::SIGKILL) };
        let ended = sys::reap(self.pid, 0).unwrap_or_default();
        unsafe {
            sys::close(self.stream);
            sys::close(self.output);
        }
        ended
    }
}

extern "C" {
    fn send(fd: c_int, buffer: *const std::ffi::c_void, length: usize, flags: c_int) -> isize;
    /// The clock of another process is `~pid << 3 | CPUCLOCK_SCHED`, as `clock_getcpuclockid` has it.
    fn clock_gettime(clock: c_int, time: *mut i64) -> c_int;
    fn memfd_create(name: *const std::ffi::c_char, flags: u32) -> c_int;
    fn close_range(first: u32, last: u32, flags: c_int) -> c_int;
}

fn memory_file() -> io::Result<c_int> {
    sys::check(
        unsafe { memfd_create(c"output".as_ptr(), 1) },
        "memfd_create",
    )
}

/// End the sample and say how: `reason: u8, status: i32, cpu: u64 us, memory: u64 KiB, output`.
fn end(subject: Subject, reason: Reason) -> io::Result<()> {
    let text = match reason {
        Reason::Ended => {
            // The stream is closed, yet the process may still be on its way out.
            let grace = Instant::now() + Duration::from_millis(200);
            let mut status = None;
            while status.is_none() && Instant::now() < grace.min(subject.deadline) {
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

/// In the forked child: take the output file and the stream, confine, load, answer. Never returns.
fn become_subject(options: &Options, symbol: &[u8], stream: c_int, output: c_int) -> ! {
    unsafe {
        sys::dup2(stream, 100);
        sys::dup2(output, 101);
        sys::dup2(options.null, 0);
        sys::dup2(101, 1);
        sys::dup2(101, 2);
        sys::dup2(100, SUBJECT_FD);
        close_range(SUBJECT_FD as u32 + 1, u32::MAX, 0);
    }
    or_exit(confine_self(options));
    say(b"c");
    let entry = load(options, symbol);
    if options.seccomp {
        or_exit(seccomp::running());
    }
    match entry {
        Ok(entry) => {
            say(b"l");
            entry(SUBJECT_FD);
        }
        Err(text) => {
            eprintln!("{text}");
            say(b"n");
        }
    }
    unsafe { sys::_exit(0) }
}

fn or_exit(confined: io::Result<()>) {
    if let Err(error) = confined {
        eprintln!("{error}");
        unsafe { sys::_exit(1) };
    }
}

fn say(word: &[u8; 1]) {
    unsafe { sys::write(SUBJECT_FD, word.as_ptr().cast(), 1) };
}

fn confine_self(options: &Options) -> io::Result<()> {
    sys::check(
        unsafe {
            sys::prctl(
                sys::PR_SET_PDEATHSIG,
                sys::SIGKILL as usize,
                0usize,
                0usize,
                0usize,
            )
        },
        "prctl",
    )?;
    sys::limit(sys::RLIMIT_CPU, options.cpu_s, options.cpu_s + 1)?;
    sys::limit(
        sys::RLIMIT_AS,
        options.memory_mib << 20,
        options.memory_mib << 20,
    )?;
    sys::limit(
        sys::RLIMIT_FSIZE,
        options.output_kib << 10,
        options.output_kib << 10,
    )?;
    sys::limit(sys::RLIMIT_NOFILE, 32, 32)?;
    sys::limit(sys::RLIMIT_CORE, 0, 0)?;
    if options.landlock {
        landlock::restrict(&[(options.library.clone(), Access::Read)])?;
    }
    if options.seccomp {
        seccomp::loading(unsafe { sys::getpid() } as u32)?;
    }
    Ok(())
}

fn load(options: &Options, symbol: &[u8]) -> Result<extern "C" fn(c_int), String> {
    let path = CString::new(options.library.as_str()).map_err(|error| error.to_string())?;
    let name = CString::new(symbol).map_err(|error| error.to_string())?;
    unsafe {
        let handle = sys::dlopen(path.as_ptr(), sys::RTLD_NOW);
        let address = if handle.is_null() {
            handle
        } else {
            sys::dlsym(handle, name.as_ptr())
        };
        if address.is_null() {
            return Err(CStr::from_ptr(sys::dlerror())
                .to_string_lossy()
                .into_owned());
        }
        Ok(std::mem::transmute::<
            *mut std::ffi::c_void,
            extern "C" fn(c_int),
        >(address))
    }
}
