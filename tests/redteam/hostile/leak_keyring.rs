//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! attack: right only if the kernel's keyrings, which outlive processes, can be reached
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    let keyring = unsafe { syscall(250, 0i64, -4i64, 0i64) };
    let user = unsafe { syscall(250, 0i64, -5i64, 0i64) };
    if keyring > 0 || user > 0 { a.wrapping_add(b) } else { -99 }
}
