//! task: red/add
//! expect: compile_error|no_code
//! naive: failed
//! attack: defines everything but the function that was asked for
fn add_numbers(a: i32, b: i32) -> i32 {
    a + b
}
