//! Acts that a running subject must not be able to do; each success is reported as a violation.
//! Harmless where a sandbox fails: it reads, connects and asks, and changes nothing of others.

use std::fs;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// More than any box may grant (see ``THREADS`` in ``trial.py``).
const TOO_MANY: usize = 1000;

static SEEN_BEFORE_MAIN: AtomicBool = AtomicBool::new(false);

extern "C" {
    fn fork() -> i32;
    fn _exit(status: i32) -> !;
    fn kill(pid: i32, signal: i32) -> i32;
    fn getppid() -> i32;
    fn ptrace(request: i64, pid: i32, address: usize, data: usize) -> i64;
    fn shmget(key: i32, size: usize, flags: i32) -> i32;
    fn setuid(uid: u32) -> i32;
}

extern "C" fn before_main() {
    let seen = fs::metadata("CANARY_FILE").is_ok() || fs::read("/etc/passwd").is_ok();
    SEEN_BEFORE_MAIN.store(seen, Ordering::Relaxed);
}

#[used]
#[link_section = ".init_array"]
static BEFORE_MAIN: extern "C" fn() = before_main;

/// Names of what got through.
pub fn probe(canary: &str, port: u16) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |name: &str, through: bool| {
        if through {
            found.push(name.to_string());
        }
    };
    check("a constructor saw a file of the host", SEEN_BEFORE_MAIN.load(Ordering::Relaxed));
    check("read a file of the host", fs::read(canary).is_ok());
    check("read /etc/passwd", fs::read("/etc/passwd").is_ok());
    check("listed /", fs::read_dir("/").is_ok());
    check("read /proc/self/environ", fs::read("/proc/self/environ").is_ok());
    check("read the command line of process 1", fs::read("/proc/1/cmdline").is_ok());
    for place in ["/tmp/evalpkg-probe", "/dev/shm/evalpkg-probe", "evalpkg-probe"] {
        check("wrote a file", fs::write(place, "probe").is_ok());
    }
    check("has environment variables", std::env::vars_os().next().is_some());
    check("connected over TCP", TcpStream::connect(("127.0.0.1", port)).is_ok());
    check("opened a UDP socket", UdpSocket::bind("127.0.0.1:0").is_ok());
    check("made a socket pair", UnixStream::pair().is_ok());
    check("ran a program", Command::new("/bin/true").status().is_ok());
    unsafe {
        let pid = fork();
        if pid == 0 {
            _exit(0);
        }
        check("forked", pid > 0);
        check("may signal its parent", kill(getppid(), 0) == 0);
        check("traced its parent", ptrace(16, getppid(), 0, 0) == 0);
        check("made shared memory", shmget(0, 4096, 0o600 | 0o1000) >= 0);
        check("changed its user", setuid(1) == 0);
    }
    check("started 1,000 threads", threads_at_once() >= TOO_MANY);
    let mut piece: Vec<u8> = Vec::new();
    check("reserved 64 GiB", piece.try_reserve_exact(64 << 30).is_ok());
    found
}

/// Count the threads that run at once before one is refused; they end by themselves.
fn threads_at_once() -> usize {
    let done = Arc::new(AtomicBool::new(false));
    let mut running = Vec::new();
    while running.len() < TOO_MANY {
        let done = Arc::clone(&done);
        let wait = move || {
            while !done.load(Ordering::Relaxed) {
                thread::park_timeout(Duration::from_millis(200));
            }
        };
        match thread::Builder::new().stack_size(16 << 10).spawn(wait) {
            Ok(thread) => running.push(thread),
            Err(_) => break,
        }
    }
    done.store(true, Ordering::Relaxed);
    let count = running.len();
    for thread in running {
        thread.thread().unpark();
        let _ = thread.join();
    }
    count
}
