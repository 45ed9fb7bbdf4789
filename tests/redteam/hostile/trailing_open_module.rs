//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: an unclosed module that is compiled out
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
#[cfg(any())]
mod gone {
