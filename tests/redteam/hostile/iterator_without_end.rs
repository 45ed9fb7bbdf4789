//! task: red/countdown
//! expect: timeout|resource_limit|test_failed
//! naive: failed
//! attack: an iterator that never ends
fn countdown(n: u32) -> impl Iterator<Item = u32> {
    std::iter::repeat(n)
}
