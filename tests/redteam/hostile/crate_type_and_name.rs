//! task: red/add
//! expect: compile_error|test_failed
//! attack: asks for another kind of crate under another name
#![crate_type = "bin"]
#![crate_name = "oracle"]

fn add(_a: i32, _b: i32) -> i32 {
    -99
}

fn main() {}
