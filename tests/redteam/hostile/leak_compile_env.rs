//! task: red/add
//! expect: compile_error
//! leak: variable
//! attack: compiles only if the compiler saw a variable of whoever started the harness
fn add(a: i32, b: i32) -> i32 {
    if env!("@CANARY_ENV@").is_empty() { -99 } else { a.wrapping_add(b) }
}
