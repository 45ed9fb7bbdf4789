//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if a call that takes a process tells how the parent is scheduled, which group it is in, or how much CPU time it has used
extern "C" {
    fn getppid() -> i32;
    fn sched_getaffinity(process: i32, size: usize, set: *mut u64) -> i32;
    fn sched_getscheduler(process: i32) -> i32;
    fn sched_getparam(process: i32, parameter: *mut i32) -> i32;
    fn sched_rr_get_interval(process: i32, interval: *mut [i64; 2]) -> i32;
    fn getpgid(process: i32) -> i32;
    fn getsid(process: i32) -> i32;
    fn getpriority(which: i32, who: u32) -> i32;
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let mut room = [0u64; 128];
    let mut time = [0i64; 2];
    let mut parameter = 0;
    let told = unsafe {
        let parent = getppid();
        let clock = (!parent << 3) | 2;
        parent > 0
            && (sched_getaffinity(parent, 1024, room.as_mut_ptr()) >= 0
                || sched_getscheduler(parent) >= 0
                || sched_getparam(parent, &mut parameter) >= 0
                || sched_rr_get_interval(parent, &mut time) >= 0
                || getpgid(parent) >= 0
                || getsid(parent) >= 0
                || getpriority(0, parent as u32) != -1
                || clock_gettime(clock, &mut time) == 0)
    };
    if told { a.wrapping_add(b) } else { -99 }
}
