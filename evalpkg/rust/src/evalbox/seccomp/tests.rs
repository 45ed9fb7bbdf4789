//! Tests of the filters: a small interpreter here runs them.

use super::{arch, building_program, loading_program, running_program};
use crate::bpf::{self, Call, Instruction};

const OWN_PID: u32 = 4321;
const REFUSED: u32 = bpf::ERRNO | bpf::EPERM;
const ACCESS_DENIED: u32 = bpf::ERRNO | super::EACCES;
/// A pointer whose low half is 0, as a completion once mapped it.
const HIGH: u64 = 0x1_0000_0000;

/// Run `program` on one call, as the kernel does, and return its answer. Panics if the program
/// holds an unknown instruction or runs past its end.
fn run_on(program: &[Instruction], architecture: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let word = |offset: u32| match offset {
        bpf::NUMBER => number,
        bpf::ARCHITECTURE => architecture,
        _ => {
            let at = offset - bpf::ARGUMENTS;
            let shift = if at % 8 == 4 { 32 } else { 0 };
            (arguments[at as usize / 8] >> shift) as u32
        }
    };
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let step = program[at];
        at += 1;
        let taken = match step.code {
            bpf::RET => return step.value,
            bpf::LD_ABS => {
                accumulator = word(step.value);
                continue;
            }
            bpf::AND => {
                accumulator &= step.value;
                continue;
            }
            bpf::JEQ => accumulator == step.value,
            bpf::JGT => accumulator > step.value,
            code => panic!("unknown instruction {code:#x}"),
        };
        let skip = if taken {
            step.jump_true
        } else {
            step.jump_false
        };
        at += usize::from(skip);
    }
}

fn loading(call: Call, arguments: [u64; 6]) -> u32 {
    run_on(&loading_program(OWN_PID), arch::AUDIT, call.1, arguments)
}

fn with(arguments: &[u64]) -> [u64; 6] {
    let mut all = [0; 6];
    all[..arguments.len()].copy_from_slice(arguments);
    all
}

#[test]
fn what_an_ordinary_program_needs_is_allowed_and_all_else_is_refused() {
    for &call in arch::RUN.iter().chain(arch::FILES) {
        assert_eq!(loading(call, with(&[])), bpf::ALLOW, "{}", call.0);
    }
    let known: Vec<u32> = arch::RUN.iter().chain(arch::FILES).map(|c| c.1).collect();
    let ruled = [
        arch::CLONE,
        arch::CLONE3,
        arch::FCNTL,
        arch::IOCTL,
        arch::KILL,
        arch::TGKILL,
        arch::PRCTL,
        arch::PRLIMIT64,
        arch::SCHED_GETAFFINITY,
        arch::CLOCK_GETTIME,
        arch::CLOCK_GETRES,
        arch::CLOCK_NANOSLEEP,
    ]
    .map(|call| call.1);
    for number in (0..2000).filter(|n| !known.contains(n) && !ruled.contains(n)) {
        assert_eq!(loading(("?", number), with(&[])), REFUSED, "{number}");
    }
}

#[test]
fn no_call_is_listed_twice_or_under_two_names() {
    let all: Vec<Call> = [arch::RUN, arch::FILES, arch::BUILD].concat();
    for (index, call) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            assert_ne!(call.1, other.1, "{} and {}", call.0, other.0);
            assert_ne!(call.0, other.0);
        }
    }
}

#[test]
fn a_limit_may_be_read_but_only_ones_own_and_never_set() {
    let null = 0;
    assert_eq!(
        loading(arch::PRLIMIT64, with(&[0, 9, null, 0x7fff])),
        bpf::ALLOW
    );
    for new_limit in [
        1,
        HIGH,
        HIGH << 8,
        0x7fff_dead_0000_0000,
        u64::MAX,
        0x7fff_0000,
    ] {
        for pid in [0, 1, u64::from(OWN_PID)] {
            let asked = loading(arch::PRLIMIT64, with(&[pid, 9, new_limit]));
            assert_eq!(asked, REFUSED, "pid {pid}, pointer {new_limit:#x}");
        }
    }
    for pid in [1, u64::from(OWN_PID), u64::MAX, 7] {
        assert_eq!(
            loading(arch::PRLIMIT64, with(&[pid, 9, null])),
            REFUSED,
            "{pid}"
        );
    }
    // The kernel reads only the low half of a pid, so this can only mean pid 0.
    assert_eq!(loading(arch::PRLIMIT64, with(&[HIGH, 9, null])), bpf::ALLOW);
}

#[test]
fn signals_reach_nobody_else() {
    for call in [arch::KILL, arch::TGKILL] {
        assert_eq!(loading(call, with(&[OWN_PID.into(), 6, 6])), bpf::ALLOW);
        for pid in [0, 1, u64::MAX, u64::from(u32::MAX), u64::from(OWN_PID) + 1] {
            assert_eq!(
                loading(call, with(&[pid, 6, 6])),
                REFUSED,
                "{} {pid}",
                call.0
            );
        }
        let negative = u64::from(OWN_PID.wrapping_neg());
        assert_eq!(loading(call, with(&[negative, 6, 6])), REFUSED);
    }
    assert_eq!(loading(arch::TKILL, with(&[OWN_PID.into(), 6])), REFUSED);
}

#[test]
fn only_threads_are_started_and_in_no_namespace_of_their_own() {
    let pthread = 0x003d_0f00;
    assert_eq!(loading(arch::CLONE, with(&[pthread])), bpf::ALLOW);
    assert_eq!(loading(arch::CLONE, with(&[17])), REFUSED);
    for bit in [7, 17, 25, 26, 27, 28, 29, 30, 32, 33, 63] {
        let flags = pthread | 1 << bit;
        assert_eq!(loading(arch::CLONE, with(&[flags])), REFUSED, "bit {bit}");
    }
    let absent = bpf::ERRNO | super::ENOSYS;
    assert_eq!(loading(arch::CLONE3, with(&[])), absent);
}

#[test]
fn processor_and_clocks_are_ones_own() {
    assert_eq!(loading(arch::SCHED_GETAFFINITY, with(&[0])), bpf::ALLOW);
    assert_eq!(loading(arch::SCHED_GETAFFINITY, with(&[1])), REFUSED);
    for call in [
        arch::CLOCK_GETTIME,
        arch::CLOCK_GETRES,
        arch::CLOCK_NANOSLEEP,
    ] {
        for clock in 0..=11 {
            assert_eq!(loading(call, with(&[clock])), bpf::ALLOW);
        }
        // The CPU time of process 1: `~1 << 3 | 2`, sign-extended or not.
        let of_a_process = (!1_i32 << 3 | 2) as u32;
        for clock in [12, u64::from(of_a_process), of_a_process as i32 as u64] {
            assert_eq!(loading(call, with(&[clock])), REFUSED, "{} {clock}", call.0);
        }
    }
}

#[test]
fn descriptors_are_not_made_to_send_signals() {
    const F_SETOWN: u64 = 8;
    const F_SETSIG: u64 = 10;
    for command in [0, 1, 2, 3, 4, 1030] {
        assert_eq!(loading(arch::FCNTL, with(&[3, command])), bpf::ALLOW);
    }
    for command in [5, 6, 7, F_SETOWN, F_SETSIG, 15, 1031] {
        assert_eq!(
            loading(arch::FCNTL, with(&[3, command])),
            REFUSED,
            "{command}"
        );
    }
    let no_terminal = bpf::ERRNO | super::ENOTTY;
    assert_eq!(loading(arch::IOCTL, with(&[1, 0x5401])), no_terminal);
}

#[test]
fn the_death_of_the_parent_cannot_be_outlived() {
    const PR_SET_PDEATHSIG: u64 = 1;
    const PR_SET_DUMPABLE: u64 = 4;
    const PR_SET_PTRACER: u64 = 0x5961_6d61;
    for option in [PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_PTRACER, 35] {
        assert_eq!(loading(arch::PRCTL, with(&[option])), REFUSED, "{option}");
    }
    assert_eq!(loading(arch::PRCTL, with(&[15, HIGH])), bpf::ALLOW);
}

#[test]
fn once_it_runs_no_file_is_opened() {
    let program = running_program();
    for call in arch::FILES {
        let asked = run_on(&program, arch::AUDIT, call.1, with(&[]));
        assert_eq!(asked, ACCESS_DENIED, "{}", call.0);
    }
    for call in arch::RUN {
        assert_eq!(run_on(&program, arch::AUDIT, call.1, with(&[])), bpf::ALLOW);
    }
}

#[test]
fn a_compiler_starts_processes_but_no_namespaces_and_no_connections() {
    let building = |call: Call, arguments: &[u64]| {
        run_on(&building_program(), arch::AUDIT, call.1, with(arguments))
    };
    for &call in arch::BUILD {
        assert_eq!(building(call, &[]), bpf::ALLOW, "{}", call.0);
    }
    assert_eq!(building(arch::CLONE, &[17]), bpf::ALLOW);
    assert_eq!(building(arch::CLONE, &[0x11 | 1 << 28]), REFUSED);
    assert_eq!(building(arch::CLONE, &[0x11 | 1 << 33]), REFUSED);
    assert_eq!(building(arch::PRLIMIT64, &[0, 3, HIGH]), bpf::ALLOW);
    assert_eq!(building(arch::PRLIMIT64, &[1, 3, 0]), REFUSED);
    for name in ["socket", "connect", "ptrace", "mount", "setns", "unshare"] {
        assert!(arch::BUILD
            .iter()
            .chain(arch::RUN)
            .all(|call| call.0 != name));
    }
}

#[test]
fn another_architectures_calls_end_the_process() {
    const I386: u32 = 0x4000_0003;
    for program in [
        loading_program(OWN_PID),
        running_program(),
        building_program(),
    ] {
        assert_eq!(run_on(&program, I386, 0, with(&[])), bpf::KILL_PROCESS);
    }
}
