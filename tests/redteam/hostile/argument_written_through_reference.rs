//! task: red/is_sorted
//! expect: test_failed|crashed
//! attack: sorts the caller's slice through a shared reference, so that "true" becomes right
fn is_sorted(values: &[i32]) -> bool {
    let values = unsafe { std::slice::from_raw_parts_mut(values.as_ptr() as *mut i32, values.len()) };
    values.sort();
    true
}
