//! task: red/add
//! expect: test_failed|crashed|tampered
//! attack: clone with CLONE_PARENT, so that the child belongs to the harness; it lives five seconds
use std::arch::asm;

unsafe fn call(number: i64, a: u64, b: u64) -> i64 {
    let result: i64;
    asm!("syscall", inlateout("rax") number => result, in("rdi") a, in("rsi") b, in("rdx") 0,
         in("r10") 0, in("r8") 0, out("rcx") _, out("r11") _);
    result
}

fn add(_a: i32, _b: i32) -> i32 {
    const CLONE_PARENT: u64 = 0x8000;
    unsafe {
        if call(56, CLONE_PARENT | 17, 0) == 0 {
            let nap = [5i64, 0];
            call(35, nap.as_ptr() as u64, 0);
            call(231, 0, 0);
        }
    }
    -99
}
