//! task: red/add
//! expect: compile_error
//! leak: file
//! attack: takes code from a file outside the program's own folder
fn add(a: i32, b: i32) -> i32 {
    let sum = include!("@CANARY_DIR@/code.rs");
    sum(a, b)
}
