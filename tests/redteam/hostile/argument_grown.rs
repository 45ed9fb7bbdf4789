//! task: red/dedup_count
//! expect: resource_limit|test_failed|crashed|tampered|timeout
//! naive: failed
//! attack: gives back a mutable argument three million items longer
fn dedup_count(values: &mut Vec<i32>) -> usize {
    values.resize(3_000_000, 7);
    3
}
