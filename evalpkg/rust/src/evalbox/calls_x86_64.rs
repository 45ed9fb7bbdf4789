//! System calls of `x86_64` by name and number.

use crate::bpf::Call;

/// `AUDIT_ARCH_X86_64`: the kernel's number for this architecture.
pub const AUDIT: u32 = 0xc000_003e;

/// Calls that open files, or ask about them by name.
pub const FILES: &[Call] = &[
    ("open", 2),
    ("openat", 257),
    ("openat2", 437),
    ("stat", 4),
    ("lstat", 6),
    ("newfstatat", 262),
    ("access", 21),
    ("faccessat", 269),
    ("faccessat2", 439),
    ("readlink", 89),
    ("readlinkat", 267),
    ("statx", 332),
];

/// Calls that an ordinary program needs to compute, to start threads and to use open descriptors.
/// None of them acts on another process or its memory; calls that could are listed below and have
/// rules.
pub const RUN: &[Call] = &[
    ("read", 0),
    ("write", 1),
    ("futex", 202),
    ("mmap", 9),
    ("munmap", 11),
    ("mprotect", 10),
    ("madvise", 28),
    ("brk", 12),
    ("mremap", 25),
    ("writev", 20),
    ("readv", 19),
    ("pread64", 17),
    ("futex_waitv", 449),
    ("sched_yield", 24),
    ("nanosleep", 35),
    ("gettimeofday", 96),
    ("time", 201),
    ("getrandom", 318),
    ("exit", 60),
    ("exit_group", 231),
    ("rt_sigaction", 13),
    ("rt_sigprocmask", 14),
    ("rt_sigreturn", 15),
    ("sigaltstack", 131),
    ("set_robust_list", 273),
    ("rseq", 334),
    ("gettid", 186),
    ("getpid", 39),
    ("getppid", 110),
    ("getuid", 102),
    ("geteuid", 107),
    ("getgid", 104),
    ("getegid", 108),
    ("poll", 7),
    ("ppoll", 271),
    ("select", 23),
    ("pselect6", 270),
    ("close", 3),
    ("fstat", 5),
    ("lseek", 8),
    ("dup", 32),
    ("dup2", 33),
    ("dup3", 292),
    ("pipe", 22),
    ("pipe2", 293),
    ("getcwd", 79),
    ("uname", 63),
    ("sysinfo", 99),
    ("times", 100),
    ("getrusage", 98),
    ("getrlimit", 97),
    ("set_tid_address", 218),
    ("restart_syscall", 219),
    ("membarrier", 324),
    ("arch_prctl", 158),
];

/// Further calls that a compiler and a linker need: for processes, files, and pipes between them.
pub const BUILD: &[Call] = &[
    ("fork", 57),
    ("vfork", 58),
    ("execve", 59),
    ("wait4", 61),
    ("waitid", 247),
    ("pwrite64", 18),
    ("ftruncate", 77),
    ("fallocate", 285),
    ("rename", 82),
    ("renameat", 264),
    ("renameat2", 316),
    ("mkdir", 83),
    ("mkdirat", 258),
    ("rmdir", 84),
    ("unlink", 87),
    ("unlinkat", 263),
    ("link", 86),
    ("linkat", 265),
    ("symlink", 88),
    ("symlinkat", 266),
    ("chmod", 90),
    ("fchmod", 91),
    ("fchmodat", 268),
    ("fchmodat2", 452),
    ("umask", 95),
    ("getdents64", 217),
    ("chdir", 80),
    ("fchdir", 81),
    ("fsync", 74),
    ("fdatasync", 75),
    ("flock", 73),
    ("utimensat", 280),
    ("statfs", 137),
    ("fstatfs", 138),
    ("sendfile", 40),
    ("copy_file_range", 326),
    ("memfd_create", 319),
    ("eventfd2", 290),
    ("epoll_create1", 291),
    ("epoll_ctl", 233),
    ("epoll_wait", 232),
    ("epoll_pwait", 281),
    ("sched_setaffinity", 203),
    ("sched_getparam", 143),
    ("sched_getscheduler", 145),
    ("setpgid", 109),
    ("getpgrp", 111),
    ("getpgid", 121),
    ("setsid", 112),
    ("getsid", 124),
    ("close_range", 436),
    ("getxattr", 191),
    ("fadvise64", 221),
    ("msync", 26),
    ("mincore", 27),
    ("mlock", 149),
    ("munlock", 150),
    ("pidfd_open", 434),
    ("get_mempolicy", 239),
    ("getcpu", 309),
    ("socketpair", 53),
    ("recvfrom", 45),
    ("sendto", 44),
    ("recvmsg", 47),
    ("sendmsg", 46),
];

pub const CLONE: Call = ("clone", 56);
pub const CLONE3: Call = ("clone3", 435);
pub const FCNTL: Call = ("fcntl", 72);
pub const IOCTL: Call = ("ioctl", 16);
pub const KILL: Call = ("kill", 62);
pub const TGKILL: Call = ("tgkill", 234);
pub const TKILL: Call = ("tkill", 200);
pub const PRCTL: Call = ("prctl", 157);
pub const PRLIMIT64: Call = ("prlimit64", 302);
pub const SCHED_GETAFFINITY: Call = ("sched_getaffinity", 204);
pub const CLOCK_GETTIME: Call = ("clock_gettime", 228);
pub const CLOCK_GETRES: Call = ("clock_getres", 229);
pub const CLOCK_NANOSLEEP: Call = ("clock_nanosleep", 230);
