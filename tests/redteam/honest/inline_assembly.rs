//! task: red/add
//! shape: inline assembly under a condition, with a plain alternative
fn add(a: i32, b: i32) -> i32 {
    #[cfg(target_arch = "x86_64")]
    {
        let mut sum = a;
        unsafe { std::arch::asm!("add {0:e}, {1:e}", inout(reg) sum, in(reg) b) };
        return sum;
    }
    #[allow(unreachable_code)]
    a.wrapping_add(b)
}
