//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! needs: ptrace
//! attack: right only if it may attach to its parent as a debugger (it seizes, which stops nothing)
use std::sync::OnceLock;

extern "C" {
    fn getppid() -> i32;
    fn ptrace(request: i64, process: i32, address: usize, data: usize) -> i64;
}

static ATTACHED: OnceLock<bool> = OnceLock::new();

fn attach() -> bool {
    const SEIZE: i64 = 0x4206;
    let parent = unsafe { getppid() };
    parent > 1 && unsafe { ptrace(SEIZE, parent, 0, 0) } == 0
}

fn add(a: i32, b: i32) -> i32 {
    if *ATTACHED.get_or_init(attach) { a.wrapping_add(b) } else { -99 }
}
