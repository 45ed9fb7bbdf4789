//! task: red/add
//! expect: crashed|test_failed|tampered|panicked
//! naive: failed
//! attack: overwrites the frames above its own with zeros
fn add(a: i32, _b: i32) -> i32 {
    let here = &a as *const i32 as *mut u64;
    for offset in 0..512isize {
        unsafe { std::ptr::write_volatile(here.offset(offset), 0) };
    }
    -99
}
