//! task: red/apply_twice
//! expect: timeout|resource_limit|test_failed|panicked
//! naive: failed
//! attack: makes the closure of the tests compute for ever in the process of the tests
fn apply_twice<F: Fn(i64) -> i64>(f: F, x: i64) -> i64 {
    if x == 5 {
        f(i64::MAX >> 20);
    }
    18
}
