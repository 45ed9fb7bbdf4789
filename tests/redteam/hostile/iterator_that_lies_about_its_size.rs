//! task: red/countdown
//! expect: test_failed|panicked|resource_limit|tampered
//! naive: failed
//! attack: its hint promises more items than there can be
struct Liar;
impl Iterator for Liar {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        None
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, Some(0))
    }
}
fn countdown(_n: u32) -> impl Iterator<Item = u32> {
    Liar
}
