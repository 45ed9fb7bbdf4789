//! task: red/add
//! expect: test_failed|crashed
//! leak: compatibility
//! needs: ia32
//! attack: right only if the 32-bit entry lets through what the 64-bit filter forbids
use std::arch::asm;

unsafe fn call(number: u32, first: u32) -> i32 {
    let result: i32;
    asm!("xchg rbx, {first}", "int 0x80", "xchg rbx, {first}", first = inout(reg) first as u64 => _,
         inlateout("eax") number => result, in("ecx") 0, in("edx") 0, out("r8") _, out("r9") _,
         out("r10") _, out("r11") _);
    result
}

fn add(a: i32, b: i32) -> i32 {
    let signalled = unsafe { call(37, @CANARY_PID@) };
    if signalled == 0 { a.wrapping_add(b) } else { -99 }
}
