//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a comment that is never closed swallows what follows
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
fn main() {}
/* everything after this is a comment
