//! task: red/add
//! expect: compile_error|test_failed|tampered
//! naive: failed
//! attack: calls into whatever crate the shim itself was given, under likely names
extern crate support;

fn add(_a: i32, _b: i32) -> i32 {
    ::support::reply(&[3, 0, 0, 0]);
    -99
}
