//! task: red/add
//! expect: compile_error|no_code
//! naive: failed
//! attack: the function exists in the text and not in the program
#[cfg(any())]
fn add(a: i32, b: i32) -> i32 {
    a + b
}
