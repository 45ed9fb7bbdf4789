//! task: red/padding
//! expect: test_failed|resource_limit|crashed|timeout
//! attack: an answer for which the tests would allocate 32 TiB, which aborts whoever runs them
fn padding(_text: &str, width: usize) -> usize {
    (1 << 45) + width
}
