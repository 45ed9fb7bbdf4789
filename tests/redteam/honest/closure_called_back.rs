//! task: red/apply_twice
//! shape: the closure runs beside the tests and is called over the pipe
fn apply_twice<F: Fn(i64) -> i64>(f: F, x: i64) -> i64 {
    f(f(x))
}
