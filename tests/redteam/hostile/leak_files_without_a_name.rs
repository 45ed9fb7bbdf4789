//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! attack: right only if it can make a file in memory, which no limit of its own counts and which could be started as a program
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

#[cfg(target_arch = "x86_64")]
const CALLS: [i64; 2] = [319, 447];
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [i64; 2] = [279, 447];

fn add(a: i32, b: i32) -> i32 {
    let made = unsafe {
        syscall(CALLS[0], c"x".as_ptr(), 0i64) >= 0
            || syscall(CALLS[0], c"x".as_ptr(), 4i64) >= 0
            || syscall(CALLS[1], 0i64) >= 0
    };
    if made { a.wrapping_add(b) } else { -99 }
}
