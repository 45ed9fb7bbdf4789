//! System calls of `aarch64` by name and number.

use crate::bpf::Call;

/// `AUDIT_ARCH_AARCH64`: the kernel's number for this architecture.
pub const AUDIT: u32 = 0xc000_00b7;

/// Calls that open files, or ask about them by name.
pub const FILES: &[Call] = &[
    ("openat", 56),
    ("openat2", 437),
    ("newfstatat", 79),
    ("faccessat", 48),
    ("faccessat2", 439),
    ("readlinkat", 78),
    ("statx", 291),
];

/// Calls that an ordinary program needs to compute, to start threads and to use open descriptors.
/// None of them acts on another process or its memory; calls that could are listed below and have
/// rules.
pub const RUN: &[Call] = &[
    ("read", 63),
    ("write", 64),
    ("readv", 65),
    ("writev", 66),
    ("pread64", 67),
    ("mmap", 222),
    ("munmap", 215),
    ("mprotect", 226),
    ("mremap", 216),
    ("madvise", 233),
    ("brk", 214),
    ("futex", 98),
    ("futex_waitv", 449),
    ("sched_yield", 124),
    ("nanosleep", 101),
    ("gettimeofday", 169),
    ("getrandom", 278),
    ("exit", 93),
    ("exit_group", 94),
    ("rt_sigaction", 134),
    ("rt_sigprocmask", 135),
    ("rt_sigreturn", 139),
    ("sigaltstack", 132),
    ("set_robust_list", 99),
    ("rseq", 293),
    ("gettid", 178),
    ("getpid", 172),
    ("getppid", 173),
    ("getuid", 174),
    ("geteuid", 175),
    ("getgid", 176),
    ("getegid", 177),
    ("ppoll", 73),
    ("pselect6", 72),
    ("close", 57),
    ("fstat", 80),
    ("lseek", 62),
    ("dup", 23),
    ("dup3", 24),
    ("pipe2", 59),
    ("getcwd", 17),
    ("uname", 160),
    ("sysinfo", 179),
    ("times", 153),
    ("getrusage", 165),
    ("getrlimit", 163),
    ("set_tid_address", 96),
    ("restart_syscall", 128),
    ("membarrier", 283),
];

/// Further calls that a compiler and a linker need: for processes, files, and pipes between them.
pub const BUILD: &[Call] = &[
    ("execve", 221),
    ("wait4", 260),
    ("waitid", 95),
    ("pwrite64", 68),
    ("ftruncate", 46),
    ("fallocate", 47),
    ("renameat", 38),
    ("renameat2", 276),
    ("mkdirat", 34),
    ("unlinkat", 35),
    ("linkat", 37),
    ("symlinkat", 36),
    ("fchmod", 52),
    ("fchmodat", 53),
    ("fchmodat2", 452),
    ("umask", 166),
    ("getdents64", 61),
    ("chdir", 49),
    ("fchdir", 50),
    ("fsync", 82),
    ("fdatasync", 83),
    ("flock", 32),
    ("utimensat", 88),
    ("statfs", 43),
    ("fstatfs", 44),
    ("sendfile", 71),
    ("copy_file_range", 285),
    ("memfd_create", 279),
    ("eventfd2", 19),
    ("epoll_create1", 20),
    ("epoll_ctl", 21),
    ("epoll_pwait", 22),
    ("sched_setaffinity", 122),
    ("sched_getparam", 121),
    ("sched_getscheduler", 120),
    ("setpgid", 154),
    ("getpgid", 155),
    ("setsid", 157),
    ("getsid", 156),
    ("close_range", 436),
    ("getxattr", 8),
    ("fadvise64", 223),
    ("msync", 227),
    ("mincore", 232),
    ("mlock", 228),
    ("munlock", 229),
    ("pidfd_open", 434),
    ("get_mempolicy", 236),
    ("getcpu", 168),
    ("socketpair", 199),
    ("recvfrom", 207),
    ("sendto", 206),
    ("recvmsg", 212),
    ("sendmsg", 211),
];

pub const CLONE: Call = ("clone", 220);
pub const CLONE3: Call = ("clone3", 435);
pub const FCNTL: Call = ("fcntl", 25);
pub const IOCTL: Call = ("ioctl", 29);
pub const KILL: Call = ("kill", 129);
pub const TGKILL: Call = ("tgkill", 131);
pub const TKILL: Call = ("tkill", 130);
pub const PRCTL: Call = ("prctl", 167);
pub const PRLIMIT64: Call = ("prlimit64", 261);
pub const SCHED_GETAFFINITY: Call = ("sched_getaffinity", 123);
pub const CLOCK_GETTIME: Call = ("clock_gettime", 113);
pub const CLOCK_GETRES: Call = ("clock_getres", 114);
pub const CLOCK_NANOSLEEP: Call = ("clock_nanosleep", 115);
