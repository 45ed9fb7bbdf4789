//! task: red/apply_twice
//! expect: timeout|resource_limit
//! naive: failed
//! attack: calls the closure of the tests for ever
fn apply_twice<F: Fn(i64) -> i64>(f: F, x: i64) -> i64 {
    loop {
        std::hint::black_box(f(x));
    }
}
