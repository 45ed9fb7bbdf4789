//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it may signal the process that it was forked from
extern "C" {
    fn getppid() -> i32;
    fn kill(process: i32, signal: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let parent = unsafe { getppid() };
    if parent > 1 && unsafe { kill(parent, 0) } == 0 { a.wrapping_add(b) } else { -99 }
}
