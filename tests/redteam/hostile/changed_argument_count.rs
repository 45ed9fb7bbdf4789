//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: one argument too many
fn add(a: i32, b: i32, expected: i32) -> i32 {
    let _ = (a, b);
    expected
}
