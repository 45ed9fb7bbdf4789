//! task: red/word_lengths
//! expect: crashed|test_failed|resource_limit|tampered|panicked|timeout
//! attack: a vector that claims to be a quarter of the address space
fn word_lengths(_text: &str) -> Vec<usize> {
    let mut values = std::mem::ManuallyDrop::new(vec![1usize, 2]);
    unsafe { Vec::from_raw_parts(values.as_mut_ptr(), 1 << 58, 1 << 58) }
}
