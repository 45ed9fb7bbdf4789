//! task: red/add
//! expect: compile_error|test_failed
//! attack: takes the standard library from the crate it is put into
#![no_std]
#![no_main]

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
