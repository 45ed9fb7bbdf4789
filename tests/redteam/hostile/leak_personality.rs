//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! attack: right only if it can set its personality: addresses that are not random, data that can be run
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

const PERSONALITY: i64 = if cfg!(target_arch = "x86_64") { 135 } else { 92 };

fn add(a: i32, b: i32) -> i32 {
    let set = unsafe { syscall(PERSONALITY, 0x0044_0000i64) >= 0 };
    if set { a.wrapping_add(b) } else { -99 }
}
