//! task: red/add
//! expect: compile_error|test_failed
//! attack: its own source, given to the linker as a script
#[link(name = "lib.rs", kind = "static", modifiers = "+verbatim")]
extern "C" {}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
