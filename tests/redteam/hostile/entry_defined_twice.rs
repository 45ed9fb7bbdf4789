//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: two definitions, for a harness that takes the last or the first
fn add(a: i32, b: i32) -> i32 {
    a + b
}

fn add(_a: i32, _b: i32) -> i32 {
    0
}
