//! task: red/add
//! expect: test_failed|crashed
//! leak: compatibility
//! needs: x32
//! attack: right only if the x32 numbers let through what the 64-bit filter forbids
use std::arch::asm;

unsafe fn call(number: u64, first: u64) -> i64 {
    let result: i64;
    asm!("syscall", inlateout("rax") number => result, in("rdi") first, in("rsi") 0, in("rdx") 0,
         out("rcx") _, out("r11") _);
    result
}

fn add(a: i32, b: i32) -> i32 {
    if unsafe { call(0x4000_0000 | 62, @CANARY_PID@) } == 0 { a.wrapping_add(b) } else { -99 }
}
