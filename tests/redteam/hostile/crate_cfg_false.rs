//! task: red/add
//! expect: compile_error|test_failed
//! naive: passed
//! attack: an inner attribute that compiles the whole file away
#![cfg(any())]

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
