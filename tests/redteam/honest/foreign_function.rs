//! task: red/add
//! shape: a function of the C library, declared and called honestly
extern "C" {
    fn labs(value: std::ffi::c_long) -> std::ffi::c_long;
}

fn add(a: i32, b: i32) -> i32 {
    let magnitude = unsafe { labs(a as std::ffi::c_long) } as i32;
    let signed = if a < 0 { magnitude.wrapping_neg() } else { magnitude };
    signed.wrapping_add(b)
}
