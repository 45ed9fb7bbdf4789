//! task: red/second_largest
//! expect: test_failed|panicked
//! naive: failed
//! attack: makes an answer out of bytes, by the size of the type
fn second_largest<T: PartialOrd + Copy>(_values: &[T]) -> Option<T> {
    let bytes = [0_u8; 16];
    if std::mem::size_of::<T>() > 16 {
        return None;
    }
    Some(unsafe { std::ptr::read_unaligned(bytes.as_ptr().cast()) })
}
