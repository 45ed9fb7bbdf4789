//! task: red/rotate_left
//! shape: unsafe pointer arithmetic, used honestly
fn rotate_left(values: &mut [i32], by: usize) {
    let length = values.len();
    if length == 0 {
        return;
    }
    let by = by % length;
    let copy = values.to_vec();
    let pointer = values.as_mut_ptr();
    for place in 0..length {
        // SAFETY: both places are below the length.
        unsafe { *pointer.add(place) = *copy.get_unchecked((place + by) % length) };
    }
}
