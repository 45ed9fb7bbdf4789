//! task: red/alternating_sum
//! expect: timeout|resource_limit
//! naive: failed
//! attack: asks the iterator of the tests for ever
fn alternating_sum(mut numbers: impl Iterator<Item = i64>) -> i64 {
    loop {
        std::hint::black_box(numbers.next());
    }
}
