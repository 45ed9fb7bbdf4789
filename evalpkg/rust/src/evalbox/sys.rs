//! The few C functions and constants we need. std links libc already; declaring them here spares
//! a dependency that would have to be fetched.
#![allow(dead_code)]

use std::ffi::{c_char, c_int, c_long, c_ulong, c_void};
use std::io;

extern "C" {
    pub fn fork() -> c_int;
    pub fn _exit(status: c_int) -> !;
    pub fn kill(pid: c_int, signal: c_int) -> c_int;
    pub fn getpid() -> c_int;
    pub fn getppid() -> c_int;
    pub fn getuid() -> u32;
    pub fn getgid() -> u32;
    pub fn setgroups(size: usize, list: *const u32) -> c_int;
    pub fn setresuid(r: u32, e: u32, s: u32) -> c_int;
    pub fn setresgid(r: u32, e: u32, s: u32) -> c_int;
    pub fn read(fd: c_int, buffer: *mut c_void, count: usize) -> isize;
    pub fn write(fd: c_int, buffer: *const c_void, count: usize) -> isize;
    pub fn pread(fd: c_int, buffer: *mut c_void, count: usize, offset: i64) -> isize;
    pub fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    pub fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub fn close(fd: c_int) -> c_int;
    pub fn dup2(from: c_int, to: c_int) -> c_int;
    pub fn socketpair(domain: c_int, kind: c_int, protocol: c_int, fds: *mut c_int) -> c_int;
    pub fn poll(fds: *mut PollFd, count: c_ulong, timeout_ms: c_int) -> c_int;
    pub fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut Usage) -> c_int;
    pub fn prctl(option: c_int, ...) -> c_int;
    pub fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
    pub fn capset(header: *const u32, data: *const u32) -> c_int;
    pub fn unshare(flags: c_int) -> c_int;
    pub fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    pub fn syscall(number: c_long, ...) -> c_long;
    pub fn execv(path: *const c_char, argv: *const *const c_char) -> c_int;
    pub fn mallopt(parameter: c_int, value: c_int) -> c_int;
    pub fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    pub fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    pub fn dlerror() -> *const c_char;
    pub static mut environ: *const *const c_char;
}

#[repr(C)]
pub struct PollFd {
    pub fd: c_int,
    pub events: i16,
    pub revents: i16,
}

#[repr(C)]
pub struct Limit {
    pub soft: u64,
    pub hard: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct Usage {
    pub user_s: i64,
    pub user_us: i64,
    pub system_s: i64,
    pub system_us: i64,
    pub max_rss_kb: i64,
    rest: [i64; 13],
}

impl Usage {
    pub fn cpu_us(&self) -> u64 {
        ((self.user_s + self.system_s) * 1_000_000 + self.user_us + self.system_us) as u64
    }
}

pub const POLLIN: i16 = 1;
pub const WNOHANG: c_int = 1;
pub const SIGKILL: c_int = 9;
pub const RTLD_NOW: c_int = 2;
pub const M_ARENA_MAX: c_int = -8;
pub const AF_UNIX: c_int = 1;
pub const SOCK_STREAM: c_int = 1;
pub const O_RDONLY: c_int = 0;
pub const O_RDWR: c_int = 2;
pub const O_CLOEXEC: c_int = 0o2000000;
pub const O_PATH: c_int = 0o10000000;
pub const EINTR: i32 = 4;

pub const RLIMIT_CPU: c_int = 0;
pub const RLIMIT_FSIZE: c_int = 1;
pub const RLIMIT_STACK: c_int = 3;
pub const RLIMIT_CORE: c_int = 4;
pub const RLIMIT_NPROC: c_int = 6;
pub const RLIMIT_NOFILE: c_int = 7;
pub const RLIMIT_AS: c_int = 9;

pub const PR_SET_PDEATHSIG: c_int = 1;
pub const PR_SET_NAME: c_int = 15;
pub const PR_SET_SECCOMP: c_int = 22;
pub const PR_SET_NO_NEW_PRIVS: c_int = 38;
pub const PR_SET_VMA: c_int = 0x53564d41;

/// The last OS error with the name of what failed.
pub fn failed(what: &str) -> io::Error {
    let error = io::Error::last_os_error();
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

pub fn check(result: c_int, what: &str) -> io::Result<c_int> {
    if result < 0 {
        Err(failed(what))
    } else {
        Ok(result)
    }
}

/// Wait for a child; None with `WNOHANG` while it runs.
pub fn reap(pid: c_int, options: c_int) -> Option<(c_int, Usage)> {
    let mut status = 0;
    let mut usage = Usage::default();
    loop {
        let got = unsafe { wait4(pid, &mut status, options, &mut usage) };
        if got == pid {
            return Some((status, usage));
        }
        if got == 0 || io::Error::last_os_error().raw_os_error() != Some(EINTR) {
            return None;
        }
    }
}

pub fn limit(resource: c_int, soft: u64, hard: u64) -> io::Result<()> {
    let value = Limit { soft, hard };
    check(unsafe { setrlimit(resource, &value) }, "setrlimit").map(|_| ())
}
