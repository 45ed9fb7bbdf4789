//! task: red/add
//! expect: compile_error|test_failed|no_code
//! attack: half a surrogate pair, which JSON can carry and UTF-8 cannot
fn add(_a: i32, _b: i32) -> i32 {
    let _half = "@SURROGATE@";
    -99
}
