//! task: red/add
//! expect: test_failed|compile_error|timeout|resource_limit
//! naive: failed
//! attack: 5,000 warnings
fn add(_a: i32, _b: i32) -> i32 {
@REPEAT:5000:    { let unused = 1; }
@    -99
}
