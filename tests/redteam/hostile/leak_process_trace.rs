//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! needs: ptrace
//! attack: right only if it may attach to its parent as a debugger (it seizes, which stops nothing)
extern "C" {
    fn getppid() -> i32;
    fn ptrace(request: i64, process: i32, address: usize, data: usize) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    const SEIZE: i64 = 0x4206;
    let parent = unsafe { getppid() };
    if parent > 1 && unsafe { ptrace(SEIZE, parent, 0, 0) } == 0 { a.wrapping_add(b) } else { -99 }
}
