//! task: red/is_sorted
//! expect: test_failed|tampered|panicked|crashed
//! attack: a bool that is neither true nor false
fn is_sorted(_values: &[i32]) -> bool {
    unsafe { std::mem::transmute::<u8, bool>(std::hint::black_box(0xFE)) }
}
