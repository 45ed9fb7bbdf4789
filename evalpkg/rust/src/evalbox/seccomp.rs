//! seccomp: allow-lists of system calls, as classic BPF written by hand.
//!
//! What is not on the list fails with an error number, as it would on a system that lacks it, so
//! that honest code that tries and falls back goes on.

use std::io;

use crate::sys;

const LD_ABS: u16 = 0x20;
const JEQ: u16 = 0x15;
const RET: u16 = 0x06;
const AND: u16 = 0x54;

const ALLOW: u32 = 0x7fff_0000;
const ERRNO: u32 = 0x0005_0000;
const KILL_PROCESS: u32 = 0x8000_0000;

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const EPERM: u32 = 1;
const EACCES: u32 = 13;
const ENOTTY: u32 = 25;
const ENOSYS: u32 = 38;

/// Pipes to the linker are set non-blocking; terminals are nobody's business.
const FIONBIO: u32 = 0x5421;
const FIOCLEX: u32 = 0x5451;

/// F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; not those that make the kernel
/// send signals for us (F_SETOWN, F_SETSIG).
const FCNTL_COMMANDS: &[u32] = &[0, 1, 2, 3, 4, 1030];

const CLONE_THREAD: u32 = 0x0001_0000;
/// Every `CLONE_NEW*` flag.
const CLONE_NAMESPACES: u32 = 0x7e02_0080;

#[repr(C)]
#[derive(Clone, Copy)]
struct Instruction {
    code: u16,
    jump_true: u8,
    jump_false: u8,
    value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

#[cfg(target_arch = "x86_64")]
mod arch {
    pub const AUDIT: u32 = 0xc000_003e;
    pub const CLONE: u32 = 56;
    pub const CLONE3: u32 = 435;
    pub const KILL: u32 = 62;
    pub const TGKILL: u32 = 234;
    pub const TKILL: u32 = 200;
    pub const PRCTL: u32 = 157;
    pub const IOCTL: u32 = 16;
    pub const FCNTL: u32 = 72;
    pub const PRLIMIT64: u32 = 302;
    /// open, openat, openat2, stat, lstat, newfstatat, access, faccessat, faccessat2, readlink,
    /// readlinkat, statx
    pub const FILES: &[u32] = &[2, 257, 437, 4, 6, 262, 21, 269, 439, 89, 267, 332];
    /// read write readv writev pread64 mmap munmap mprotect mremap madvise brk futex futex_waitv
    /// sched_yield sched_getaffinity clock_gettime clock_getres clock_nanosleep nanosleep
    /// gettimeofday time getrandom exit exit_group rt_sigaction rt_sigprocmask rt_sigreturn
    /// sigaltstack set_robust_list rseq gettid getpid getppid getuid geteuid getgid getegid poll
    /// ppoll select pselect6 close fstat lseek dup dup2 dup3 pipe pipe2 getcwd uname sysinfo
    /// times getrusage getrlimit set_tid_address restart_syscall membarrier arch_prctl
    pub const RUN: &[u32] = &[
        0, 1, 202, 9, 11, 10, 28, 12, 25, 228, 20, 19, 17, 449, 24, 204, 229, 230, 35, 96, 201,
        318, 60, 231, 13, 14, 15, 131, 273, 334, 186, 39, 110, 102, 107, 104, 108, 7, 271, 23, 270,
        3, 5, 8, 32, 33, 292, 22, 293, 79, 63, 99, 100, 98, 97, 218, 219, 324, 158,
    ];
    /// fork vfork execve wait4 waitid pread64 pwrite64 ftruncate fallocate rename renameat
    /// renameat2 mkdir mkdirat rmdir unlink unlinkat link linkat symlink symlinkat chmod fchmod
    /// fchmodat fchmodat2 umask getdents64 chdir fchdir fsync fdatasync flock utimensat statfs
    /// fstatfs sendfile copy_file_range memfd_create eventfd2 epoll_create1 epoll_ctl epoll_wait
    /// epoll_pwait sched_setaffinity sched_getparam sched_getscheduler setpgid getpgrp getpgid
    /// setsid getsid close_range getxattr prlimit64 fadvise64 msync mincore mlock munlock
    /// pidfd_open get_mempolicy getcpu socketpair recvfrom sendto recvmsg sendmsg
    pub const BUILD: &[u32] = &[
        57, 58, 59, 61, 247, 17, 18, 77, 285, 82, 264, 316, 83, 258, 84, 87, 263, 86, 265, 88, 266,
        90, 91, 268, 452, 95, 217, 80, 81, 74, 75, 73, 280, 137, 138, 40, 326, 319, 290, 291, 233,
        232, 281, 203, 143, 145, 109, 111, 121, 112, 124, 436, 191, 302, 221, 26, 27, 149, 150,
        434, 239, 309, 53, 45, 44, 47, 46,
    ];
}

#[cfg(target_arch = "aarch64")]
mod arch {
    pub const AUDIT: u32 = 0xc000_00b7;
    pub const CLONE: u32 = 220;
    pub const CLONE3: u32 = 435;
    pub const KILL: u32 = 129;
    pub const TGKILL: u32 = 131;
    pub const TKILL: u32 = 130;
    pub const PRCTL: u32 = 167;
    pub const IOCTL: u32 = 29;
    pub const FCNTL: u32 = 25;
    pub const PRLIMIT64: u32 = 261;
    /// openat openat2 newfstatat faccessat faccessat2 readlinkat statx
    pub const FILES: &[u32] = &[56, 437, 79, 48, 439, 78, 291];
    /// The same calls as on x86_64, where they exist.
    pub const RUN: &[u32] = &[
        63, 64, 65, 66, 67, 222, 215, 226, 216, 233, 214, 98, 449, 124, 123, 113, 114, 115, 101,
        169, 278, 93, 94, 134, 135, 139, 132, 99, 293, 178, 172, 173, 174, 175, 176, 177, 73, 72,
        57, 80, 62, 23, 24, 59, 17, 160, 179, 153, 165, 163, 96, 128, 283,
    ];
    /// The same calls as on x86_64, where they exist.
    pub const BUILD: &[u32] = &[
        221, 260, 95, 67, 68, 46, 47, 38, 276, 34, 35, 37, 36, 52, 53, 452, 166, 61, 49, 50, 82,
        83, 32, 88, 43, 44, 71, 285, 279, 19, 20, 21, 22, 122, 121, 120, 154, 155, 157, 156, 436,
        8, 261, 223, 227, 232, 228, 229, 434, 236, 168, 199, 207, 206, 212, 211,
    ];
}

/// A filter under construction.
struct Filter {
    code: Vec<Instruction>,
}

impl Filter {
    fn new() -> Self {
        let mut filter = Filter { code: Vec::new() };
        filter.op(LD_ABS, 0, 0, ARCHITECTURE);
        filter.op(JEQ, 1, 0, arch::AUDIT);
        filter.op(RET, 0, 0, KILL_PROCESS);
        filter.op(LD_ABS, 0, 0, NUMBER);
        filter
    }

    fn op(&mut self, code: u16, jump_true: u8, jump_false: u8, value: u32) {
        self.code.push(Instruction {
            code,
            jump_true,
            jump_false,
            value,
        });
    }

    fn answer(&mut self, numbers: &[u32], result: u32) {
        for &number in numbers {
            self.op(JEQ, 0, 1, number);
            self.op(RET, 0, 0, result);
        }
    }

    /// Allow `number` if the low half of its argument is one of `values`, else EPERM.
    fn allow_if_any(&mut self, number: u32, argument: u32, values: &[u32]) {
        let count = values.len() as u8;
        self.op(JEQ, 0, count + 3, number);
        self.op(LD_ABS, 0, 0, 16 + 8 * argument);
        for (index, &value) in values.iter().enumerate() {
            self.op(JEQ, count - index as u8, 0, value);
        }
        self.op(RET, 0, 0, ERRNO | EPERM);
        self.op(RET, 0, 0, ALLOW);
    }

    /// Allow `number` if the bits of `mask` in its first argument are exactly `wanted`.
    fn allow_flags(&mut self, number: u32, mask: u32, wanted: u32) {
        self.op(JEQ, 0, 5, number);
        self.op(LD_ABS, 0, 0, 16);
        self.op(AND, 0, 0, mask);
        self.op(JEQ, 0, 1, wanted);
        self.op(RET, 0, 0, ALLOW);
        self.op(RET, 0, 0, ERRNO | EPERM);
    }

    fn install(mut self, default: u32) -> io::Result<()> {
        self.op(RET, 0, 0, default);
        let program = Program {
            length: self.code.len() as u16,
            instructions: self.code.as_ptr(),
        };
        let zero = 0usize;
        sys::check(
            unsafe { sys::prctl(sys::PR_SET_NO_NEW_PRIVS, 1usize, zero, zero, zero) },
            "no_new_privs",
        )?;
        sys::check(
            unsafe { sys::prctl(sys::PR_SET_SECCOMP, 2usize, &program, zero, zero) },
            "seccomp",
        )
        .map(|_| ())
    }
}

/// For a subject while its library is being loaded: threads and reading files, nothing else.
pub fn loading(own_pid: u32) -> io::Result<()> {
    let mut filter = Filter::new();
    filter.answer(arch::RUN, ALLOW);
    filter.answer(arch::FILES, ALLOW);
    filter.answer(&[arch::CLONE3], ERRNO | ENOSYS);
    filter.answer(&[arch::IOCTL], ERRNO | ENOTTY);
    filter.allow_if_any(arch::FCNTL, 1, FCNTL_COMMANDS);
    filter.allow_if_any(arch::TGKILL, 0, &[own_pid]);
    filter.allow_if_any(arch::KILL, 0, &[own_pid]);
    filter.allow_flags(arch::CLONE, CLONE_THREAD | CLONE_NAMESPACES, CLONE_THREAD);
    // Only to read a limit: the pointer to a new one must be null.
    filter.allow_if_any(arch::PRLIMIT64, 2, &[0]);
    // The last two install the second, stricter filter.
    let harmless = [
        sys::PR_SET_NAME,
        sys::PR_SET_VMA,
        sys::PR_SET_SECCOMP,
        sys::PR_SET_NO_NEW_PRIVS,
    ];
    filter.allow_if_any(arch::PRCTL, 0, &harmless.map(|option| option as u32));
    filter.install(ERRNO | EPERM)
}

/// Stacked on `loading` once the library is there: no file can be opened or looked at any more.
pub fn running() -> io::Result<()> {
    let mut filter = Filter::new();
    filter.answer(arch::FILES, ERRNO | EACCES);
    filter.install(ALLOW)
}

/// For rustc and its linker: processes and files (Landlock says which), no network, no
/// namespaces, no tracing.
pub fn building() -> io::Result<()> {
    let mut filter = Filter::new();
    filter.answer(arch::RUN, ALLOW);
    filter.answer(arch::FILES, ALLOW);
    filter.answer(arch::BUILD, ALLOW);
    filter.answer(&[arch::CLONE3], ERRNO | ENOSYS);
    filter.answer(&[arch::FCNTL], ALLOW);
    filter.allow_if_any(arch::IOCTL, 1, &[FIONBIO, FIOCLEX]);
    filter.answer(&[arch::TGKILL, arch::TKILL, arch::KILL, arch::PRCTL], ALLOW);
    filter.allow_flags(arch::CLONE, CLONE_NAMESPACES, 0);
    filter.install(ERRNO | EPERM)
}
