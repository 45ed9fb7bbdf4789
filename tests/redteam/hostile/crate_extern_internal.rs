//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: links the compiler's own crates
extern crate rustc_driver;
extern crate test;

fn add(_a: i32, _b: i32) -> i32 {
    rustc_driver::main();
    -99
}
