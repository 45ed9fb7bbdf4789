//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: links a file by its path
#[link(name = "/etc/passwd", kind = "static", modifiers = "+verbatim,+whole-archive")]
extern "C" {}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
