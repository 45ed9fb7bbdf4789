//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a signature that is not the one asked for
fn add(a: i64, b: i64) -> i64 {
    a + b
}
