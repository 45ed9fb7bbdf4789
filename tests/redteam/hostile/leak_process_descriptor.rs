//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it may open a handle on its parent or on the harness
extern "C" {
    fn getppid() -> i32;
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    let open = |process: i32| process > 1 && unsafe { syscall(434, process as i64, 0i64) } >= 0;
    if open(unsafe { getppid() }) || open(@CANARY_PID@) { a.wrapping_add(b) } else { -99 }
}
