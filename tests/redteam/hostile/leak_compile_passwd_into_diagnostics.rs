//! task: red/add
//! expect: compile_error
//! attack: the same with a file that every host has
include!("/etc/passwd");

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
