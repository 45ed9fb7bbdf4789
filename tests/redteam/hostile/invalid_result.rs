//! task: red/parse_sum
//! expect: crashed|test_failed|tampered|panicked|resource_limit|timeout
//! attack: a Result made of arbitrary bytes
fn parse_sum(_text: &str) -> Result<i32, String> {
    let bytes = std::hint::black_box([0x10usize; 3]);
    unsafe { std::mem::transmute_copy(&bytes) }
}
