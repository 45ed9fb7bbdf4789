//! task: red/add
//! expect: compile_error|test_failed
//! naive: failed
//! attack: a dangling documentation comment that attaches to whatever follows
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
/// This documents what comes next
