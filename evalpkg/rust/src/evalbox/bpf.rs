//! Filters of system calls: build classic BPF programs from rules, and install them.

use std::io;

use crate::sys;

/// A system call: its name, for people, and its number, for the kernel.
pub type Call = (&'static str, u32);

pub const LD_ABS: u16 = 0x20;
pub const JEQ: u16 = 0x15;
pub const JGT: u16 = 0x25;
pub const RET: u16 = 0x06;
pub const AND: u16 = 0x54;

pub const ALLOW: u32 = 0x7fff_0000;
pub const ERRNO: u32 = 0x0005_0000;
pub const KILL_PROCESS: u32 = 0x8000_0000;
pub const EPERM: u32 = 1;

/// Offsets in `struct seccomp_data` of the call's number, the architecture and the arguments.
pub const NUMBER: u32 = 0;
pub const ARCHITECTURE: u32 = 4;
pub const ARGUMENTS: u32 = 16;

/// A placeholder for the jump to the refusal at the end of a rule, until its distance is known.
const REFUSE: u8 = u8::MAX;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub code: u16,
    pub jump_true: u8,
    pub jump_false: u8,
    pub value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

/// A condition on one argument (counted from 0).
///
/// The kernel reads 32 bits of an `int` and 64 bits of any other argument. Never use an `Int...`
/// rule for a pointer: it would check only the low half, which can be 0 in a pointer that is not
/// null.
#[derive(Clone, Copy)]
pub enum Rule<'a> {
    /// An `int` or `unsigned int` that is one of these.
    IntIsOneOf(u32, &'a [u32]),
    /// An `int` from 0 to this.
    IntIsAtMost(u32, u32),
    /// A pointer that is null.
    PointerIsNull(u32),
    /// An `unsigned long` whose bits in the mask are exactly these.
    LongHasBits { argument: u32, mask: u64, bits: u64 },
}

/// A filter under construction.
pub struct Filter {
    code: Vec<Instruction>,
}

impl Filter {
    /// Start a filter. It kills a process that makes a call of another architecture.
    pub fn new(architecture: u32) -> Self {
        let mut filter = Filter { code: Vec::new() };
        filter.op(LD_ABS, 0, 0, ARCHITECTURE);
        filter.op(JEQ, 1, 0, architecture);
        filter.op(RET, 0, 0, KILL_PROCESS);
        filter.op(LD_ABS, 0, 0, NUMBER);
        filter
    }

    /// Answer each of `calls` with `result`, whatever the arguments.
    pub fn answer(&mut self, calls: &[Call], result: u32) {
        for &(_, number) in calls {
            self.op(JEQ, 0, 1, number);
            self.op(RET, 0, 0, result);
        }
    }

    /// Allow `call` if its arguments obey every rule; otherwise it fails with EPERM.
    pub fn allow_if(&mut self, call: Call, rules: &[Rule<'_>]) {
        let start = self.code.len();
        self.op(JEQ, 0, 0, call.1);
        for rule in rules {
            self.check(rule);
        }
        self.op(RET, 0, 0, ALLOW);
        let refusal = self.code.len();
        self.op(RET, 0, 0, ERRNO | EPERM);
        for (at, instruction) in self.code.iter_mut().enumerate().skip(start + 1) {
            for jump in [&mut instruction.jump_true, &mut instruction.jump_false] {
                if *jump == REFUSE {
                    *jump = distance(at, refusal);
                }
            }
        }
        self.code[start].jump_false = distance(start, refusal + 1);
    }

    fn check(&mut self, rule: &Rule<'_>) {
        match *rule {
            Rule::IntIsOneOf(argument, values) => {
                self.op(LD_ABS, 0, 0, low(argument));
                for (index, &value) in values.iter().enumerate() {
                    let left = values.len() - 1 - index;
                    let next = if left == 0 { REFUSE } else { 0 };
                    self.op(JEQ, distance(0, left + 1), next, value);
                }
            }
            Rule::IntIsAtMost(argument, most) => {
                self.op(LD_ABS, 0, 0, low(argument));
                self.op(JGT, REFUSE, 0, most);
            }
            Rule::PointerIsNull(argument) => {
                self.bits(low(argument), u32::MAX, 0);
                self.bits(high(argument), u32::MAX, 0);
            }
            Rule::LongHasBits {
                argument,
                mask,
                bits,
            } => {
                self.bits(low(argument), mask as u32, bits as u32);
                self.bits(high(argument), (mask >> 32) as u32, (bits >> 32) as u32);
            }
        }
    }

    fn bits(&mut self, word: u32, mask: u32, wanted: u32) {
        self.op(LD_ABS, 0, 0, word);
        self.op(AND, 0, 0, mask);
        self.op(JEQ, 0, REFUSE, wanted);
    }

    fn op(&mut self, code: u16, jump_true: u8, jump_false: u8, value: u32) {
        self.code.push(Instruction {
            code,
            jump_true,
            jump_false,
            value,
        });
    }

    /// Return the program. It answers calls that no rule names with `default`.
    pub fn finish(mut self, default: u32) -> Vec<Instruction> {
        self.op(RET, 0, 0, default);
        self.code
    }
}

fn low(argument: u32) -> u32 {
    ARGUMENTS + 8 * argument
}

fn high(argument: u32) -> u32 {
    ARGUMENTS + 8 * argument + 4
}

/// Count the instructions between a jump and its target.
fn distance(from: usize, to: usize) -> u8 {
    u8::try_from(to - from - 1).expect("a rule is shorter than a jump reaches")
}

/// Apply `program` to this process, and to all that it starts, from now on.
pub fn install(program: &[Instruction]) -> io::Result<()> {
    let program = Program {
        length: u16::try_from(program.len()).map_err(io::Error::other)?,
        instructions: program.as_ptr(),
    };
    sys::no_new_privileges()?;
    sys::seccomp_filter((&raw const program).cast())
}
