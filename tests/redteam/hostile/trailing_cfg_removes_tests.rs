//! task: red/add
//! expect: compile_error|test_failed
//! naive: passed
//! attack: a trailing attribute that removes whatever follows
fn add(_a: i32, _b: i32) -> i32 {
    -99
} #[cfg(any())]
