//! seccomp: the system calls that a subject and a compiler may make.
//!
//! A call that is not on a list fails with an error number, as on a system that lacks it. So honest
//! code that tries a call and has a fallback still works.

use std::io;

#[cfg(target_arch = "aarch64")]
#[path = "calls_aarch64.rs"]
mod arch;
#[cfg(target_arch = "x86_64")]
#[path = "calls_x86_64.rs"]
mod arch;
#[cfg(test)]
mod tests;

use crate::bpf::{install, Call, Filter, Instruction, Rule, ALLOW, EPERM, ERRNO};
use crate::sys;

const EACCES: u32 = 13;
const ENOTTY: u32 = 25;
const ENOSYS: u32 = 38;

/// The `ioctl` requests of a compiler: it sets pipes to the linker non-blocking. Requests about
/// terminals stay refused.
const FIONBIO: u32 = 0x5421;
const FIOCLEX: u32 = 0x5451;

/// `F_DUPFD`, `F_GETFD`, `F_SETFD`, `F_GETFL`, `F_SETFL`, `F_DUPFD_CLOEXEC`; not those that make
/// the kernel send signals for us (`F_SETOWN`, `F_SETSIG`).
const FCNTL_COMMANDS: &[u32] = &[0, 1, 2, 3, 4, 1030];

const CLONE_THREAD: u64 = 0x0001_0000;
/// Every `CLONE_NEW*` flag.
const CLONE_NAMESPACES: u64 = 0x7e02_0080;
/// Flags that the kernel may learn to read from the upper half one day.
const UPPER_HALF: u64 = 0xffff_ffff_0000_0000;

/// The last clock with a name, `CLOCK_TAI`; negative numbers are the CPU time of other processes.
const LAST_CLOCK: u32 = 11;

/// `prctl` options that affect only the caller. The last two install a further, stricter filter.
const HARMLESS_OPTIONS: &[u32] = &[
    sys::PR_SET_NAME as u32,
    sys::PR_SET_VMA as u32,
    sys::PR_SET_SECCOMP as u32,
    sys::PR_SET_NO_NEW_PRIVS as u32,
];

/// The filter for a subject while its library is loaded: it may start threads and read files.
fn loading_program(own_pid: u32) -> Vec<Instruction> {
    let itself = [Rule::IntIsOneOf(0, &[0])];
    let by_number = [own_pid];
    let own_process = [Rule::IntIsOneOf(0, &by_number)];
    let named_clock = [Rule::IntIsAtMost(0, LAST_CLOCK)];
    let mut filter = Filter::new(arch::AUDIT);
    filter.answer(arch::RUN, ALLOW);
    filter.answer(arch::FILES, ALLOW);
    filter.answer(&[arch::CLONE3], ERRNO | ENOSYS);
    filter.answer(&[arch::IOCTL], ERRNO | ENOTTY);
    filter.allow_if(arch::FCNTL, &[Rule::IntIsOneOf(1, FCNTL_COMMANDS)]);
    filter.allow_if(arch::TGKILL, &own_process);
    filter.allow_if(arch::KILL, &own_process);
    filter.allow_if(arch::CLONE, &[thread_without_namespaces()]);
    filter.allow_if(arch::SCHED_GETAFFINITY, &itself);
    for call in [
        arch::CLOCK_GETTIME,
        arch::CLOCK_GETRES,
        arch::CLOCK_NANOSLEEP,
    ] {
        filter.allow_if(call, &named_clock);
    }
    // A process may only read its own limits.
    filter.allow_if(arch::PRLIMIT64, &[itself[0], Rule::PointerIsNull(2)]);
    filter.allow_if(arch::PRCTL, &[Rule::IntIsOneOf(0, HARMLESS_OPTIONS)]);
    filter.finish(ERRNO | EPERM)
}

fn thread_without_namespaces() -> Rule<'static> {
    Rule::LongHasBits {
        argument: 0,
        mask: CLONE_THREAD | CLONE_NAMESPACES | UPPER_HALF,
        bits: CLONE_THREAD,
    }
}

/// The filter that is added once the library is loaded: no file can be opened or examined any more.
fn running_program() -> Vec<Instruction> {
    let mut filter = Filter::new(arch::AUDIT);
    filter.answer(arch::FILES, ERRNO | EACCES);
    filter.finish(ALLOW)
}

/// The filter for rustc and its linker: processes and files (Landlock limits which), but no
/// network, namespaces or tracing.
fn building_program() -> Vec<Instruction> {
    let mut filter = Filter::new(arch::AUDIT);
    filter.answer(arch::RUN, ALLOW);
    filter.answer(arch::FILES, ALLOW);
    filter.answer(arch::BUILD, ALLOW);
    let unruled: &[Call] = &[
        arch::FCNTL,
        arch::TGKILL,
        arch::TKILL,
        arch::KILL,
        arch::PRCTL,
        arch::SCHED_GETAFFINITY,
        arch::CLOCK_GETTIME,
        arch::CLOCK_GETRES,
        arch::CLOCK_NANOSLEEP,
    ];
    filter.answer(unruled, ALLOW);
    filter.answer(&[arch::CLONE3], ERRNO | ENOSYS);
    filter.allow_if(arch::IOCTL, &[Rule::IntIsOneOf(1, &[FIONBIO, FIOCLEX])]);
    filter.allow_if(arch::PRLIMIT64, &[Rule::IntIsOneOf(0, &[0])]);
    filter.allow_if(
        arch::CLONE,
        &[Rule::LongHasBits {
            argument: 0,
            mask: CLONE_NAMESPACES | UPPER_HALF,
            bits: 0,
        }],
    );
    filter.finish(ERRNO | EPERM)
}

/// Limit this process to the calls that a subject needs while its library is loaded.
pub fn loading(own_pid: u32) -> io::Result<()> {
    install(&loading_program(own_pid))
}

/// Take away the calls that only loading needs.
pub fn running() -> io::Result<()> {
    install(&running_program())
}

/// Limit this process to the calls that a compiler and its linker need.
pub fn building() -> io::Result<()> {
    install(&building_program())
}
