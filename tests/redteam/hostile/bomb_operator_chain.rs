//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed|crashed
//! attack: a sum of 100,000 terms on one line
fn add(_a: i32, _b: i32) -> i32 {
    -99 @REPEAT:100000:+ 0 @
}
