//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it may signal the harness (signal 0 asks, and does nothing)
extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    if unsafe { kill(@CANARY_PID@, 0) } == 0 { a.wrapping_add(b) } else { -99 }
}
