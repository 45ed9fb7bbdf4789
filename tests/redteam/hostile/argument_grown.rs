//! task: red/dedup_count
//! expect: resource_limit|test_failed|crashed|tampered
//! naive: failed
//! attack: gives back a mutable argument a hundred million times larger
fn dedup_count(values: &mut Vec<i32>) -> usize {
    values.resize(100_000_000, 7);
    3
}
