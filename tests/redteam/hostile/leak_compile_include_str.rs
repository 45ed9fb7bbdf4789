//! task: red/add
//! expect: compile_error
//! leak: file
//! attack: right only if the compiler can read a file outside the program's own folder
const SECRET: &str = include_str!("@CANARY_FILE@");

fn add(a: i32, b: i32) -> i32 {
    if SECRET.contains("@CANARY_SECRET@") { a.wrapping_add(b) } else { -99 }
}
