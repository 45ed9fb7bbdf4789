//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it learns how much CPU time its parent has used, from a clock that no name stands for
extern "C" {
    fn getppid() -> i32;
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    fn clock_getres(clock: i32, time: *mut [i64; 2]) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let mut time = [0i64; 2];
    let told = unsafe {
        let clock = (!getppid() << 3) | 2;
        clock_gettime(clock, &mut time) == 0 || clock_getres(clock, &mut time) == 0
    };
    if told { a.wrapping_add(b) } else { -99 }
}
