//! The few C functions and constants that we need. std links libc already, so declaring them here
//! saves a dependency that would have to be downloaded.

use std::ffi::{c_char, c_int, c_long, c_ulong, c_void, CStr};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

extern "C" {
    pub fn fork() -> c_int;
    pub fn _exit(status: c_int) -> !;
    pub fn kill(pid: c_int, signal: c_int) -> c_int;
    pub fn getpid() -> c_int;
    pub fn getuid() -> u32;
    pub fn getgid() -> u32;
    pub fn setgroups(size: usize, list: *const u32) -> c_int;
    pub fn setresuid(r: u32, e: u32, s: u32) -> c_int;
    pub fn setresgid(r: u32, e: u32, s: u32) -> c_int;
    pub fn umask(mask: u32) -> u32;
    pub fn sethostname(name: *const c_char, length: usize) -> c_int;
    pub fn setdomainname(name: *const c_char, length: usize) -> c_int;
    pub fn read(fd: c_int, buffer: *mut c_void, count: usize) -> isize;
    pub fn write(fd: c_int, buffer: *const c_void, count: usize) -> isize;
    pub fn pread(fd: c_int, buffer: *mut c_void, count: usize, offset: i64) -> isize;
    pub fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub fn close(fd: c_int) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn close_range(first: u32, last: u32, flags: c_int) -> c_int;
    fn socketpair(domain: c_int, kind: c_int, protocol: c_int, fds: *mut c_int) -> c_int;
    pub fn poll(fds: *mut PollFd, count: c_ulong, timeout_ms: c_int) -> c_int;
    fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut Usage) -> c_int;
    fn prctl(option: c_int, ...) -> c_int;
    fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
    fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
    fn signal(number: c_int, handler: usize) -> usize;
    fn sigemptyset(set: *mut SignalSet) -> c_int;
    fn sigprocmask(how: c_int, set: *const SignalSet, old: *mut SignalSet) -> c_int;
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
struct Limit {
    soft: u64,
    hard: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct Usage {
    user_s: i64,
    user_us: i64,
    system_s: i64,
    system_us: i64,
    pub max_rss_kb: i64,
    rest: [i64; 13],
}

impl Usage {
    pub fn cpu_us(&self) -> u64 {
        ((self.user_s + self.system_s) * 1_000_000 + self.user_us + self.system_us) as u64
    }
}

/// `sigset_t` of the C library.
#[repr(C)]
struct SignalSet([u64; 16]);

pub const POLLIN: i16 = 1;
pub const WNOHANG: c_int = 1;
pub const SIGKILL: c_int = 9;
pub const RTLD_NOW: c_int = 2;
pub const M_ARENA_MAX: c_int = -8;
const AF_UNIX: c_int = 1;
const SOCK_STREAM: c_int = 1;
pub const O_RDONLY: c_int = 0;
pub const O_CLOEXEC: c_int = 0o2_000_000;
pub const O_PATH: c_int = 0o10_000_000;
const EINTR: i32 = 4;
const F_DUPFD: c_int = 0;
const SIG_DFL: usize = 0;
const SIG_SETMASK: c_int = 2;

pub const RLIMIT_CPU: c_int = 0;
pub const RLIMIT_FSIZE: c_int = 1;
pub const RLIMIT_CORE: c_int = 4;
pub const RLIMIT_NPROC: c_int = 6;
pub const RLIMIT_NOFILE: c_int = 7;
pub const RLIMIT_AS: c_int = 9;

const PR_SET_PDEATHSIG: c_int = 1;
pub const PR_SET_NAME: c_int = 15;
pub const PR_SET_SECCOMP: c_int = 22;
pub const PR_SET_NO_NEW_PRIVS: c_int = 38;
pub const PR_SET_VMA: c_int = 0x5356_4d41;
const SECCOMP_MODE_FILTER: usize = 2;

/// Return the last OS error, with the name of the operation that failed.
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
        // SAFETY: both pointers are to values of ours, of the C library's layout.
        let got = unsafe { wait4(pid, &raw mut status, options, &raw mut usage) };
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
    // SAFETY: the pointer is to a value of ours.
    let set = unsafe { setrlimit(resource, &raw const value) };
    check(set, &format!("limit {resource} to {soft}")).map(|_| ())
}

/// Return the soft and the hard limit.
pub fn limits_of(resource: c_int) -> io::Result<(u64, u64)> {
    let mut value = Limit { soft: 0, hard: 0 };
    // SAFETY: the pointer is to a value of ours.
    check(unsafe { getrlimit(resource, &raw mut value) }, "getrlimit")?;
    Ok((value.soft, value.hard))
}

/// Limit to `most`, or to the hard limit where that is lower.
pub fn limit_to_at_most(resource: c_int, most: u64) -> io::Result<()> {
    let (_, hard) = limits_of(resource)?;
    let value = most.min(hard);
    limit(resource, value, value)
}

/// Reset signals to the system's defaults, whatever our parent ignored or blocked. With SIGCHLD
/// ignored we could not learn how children end.
pub fn reset_signals() {
    const SIGABRT: c_int = 6;
    const SIGTERM: c_int = 15;
    const SIGCHLD: c_int = 17;
    const SIGXCPU: c_int = 24;
    const SIGXFSZ: c_int = 25;
    for number in [SIGABRT, SIGTERM, SIGCHLD, SIGXCPU, SIGXFSZ] {
        // SAFETY: no handler is installed, only the default action.
        unsafe { signal(number, SIG_DFL) };
    }
    let mut none = SignalSet([0; 16]);
    // SAFETY: the pointers are to a value of ours; a null one asks for nothing.
    unsafe {
        sigemptyset(&raw mut none);
        sigprocmask(SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Have the kernel kill this process when its parent ends. A change of user clears this.
pub fn die_with_parent() {
    // SAFETY: the option takes numbers.
    unsafe {
        prctl(
            PR_SET_PDEATHSIG,
            SIGKILL as usize,
            0_usize,
            0_usize,
            0_usize,
        )
    };
}

/// Keep programs that we start from gaining powers that we lack (as set-user-id programs do).
pub fn no_new_privileges() -> io::Result<()> {
    // SAFETY: the option takes numbers.
    let set = unsafe { prctl(PR_SET_NO_NEW_PRIVS, 1_usize, 0_usize, 0_usize, 0_usize) };
    check(set, "no_new_privs").map(|_| ())
}

/// Hand a seccomp program (`struct sock_fprog`) to the kernel.
pub fn seccomp_filter(program: *const c_void) -> io::Result<()> {
    // SAFETY: the kernel checks the program before it takes it.
    let set = unsafe {
        prctl(
            PR_SET_SECCOMP,
            SECCOMP_MODE_FILTER,
            program,
            0_usize,
            0_usize,
        )
    };
    check(set, "seccomp").map(|_| ())
}

pub fn open_file(path: &CStr, flags: c_int) -> io::Result<OwnedFd> {
    // SAFETY: the path is a C string; the flags create no file, so no mode is needed.
    let fd = unsafe { open(path.as_ptr(), flags | O_CLOEXEC) };
    owned(fd, &path.to_string_lossy())
}

/// Take ownership of a descriptor that a system call has just returned, or return its error.
pub fn owned(fd: c_int, what: &str) -> io::Result<OwnedFd> {
    check(fd, what)?;
    // SAFETY: nobody else knows the number yet.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Open a pair of connected sockets, for two processes.
pub fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut pair = [-1; 2];
    // SAFETY: the array has room for two.
    let made = unsafe { socketpair(AF_UNIX, SOCK_STREAM, 0, pair.as_mut_ptr()) };
    check(made, "socketpair")?;
    Ok((owned(pair[0], "socketpair")?, owned(pair[1], "socketpair")?))
}

/// Copy a descriptor to the lowest free number from `least` on.
pub fn duplicate(fd: RawFd, least: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: the command takes a number.
    owned(
        unsafe { fcntl(fd, F_DUPFD, least) },
        "duplicate a descriptor",
    )
}

/// Make the descriptor `number` refer to the same file as `fd`.
pub fn place(fd: &OwnedFd, number: RawFd) -> io::Result<()> {
    // SAFETY: what `number` stood for is not used by an owner any more, or is one of 0 to 2.
    let placed = unsafe { dup2(fd.as_raw_fd(), number) };
    check(placed, "place a descriptor").map(|_| ())
}

/// Close every descriptor from `first` on; the process must not use any of them any more.
pub fn close_from(first: RawFd) {
    // SAFETY: closing descriptors that nothing uses.
    if unsafe { close_range(first as u32, u32::MAX, 0) } == 0 {
        return;
    }
    // Linux before 5.9 has no close_range.
    let most = limits_of(RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft);
    for fd in first..most as RawFd {
        // SAFETY: as above.
        unsafe { close(fd) };
    }
}
