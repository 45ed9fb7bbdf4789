//! task: red/add
//! expect: compile_error|test_failed
//! attack: trailing attributes that turn the next item into something else
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
#[ignore]
#[should_panic]
#[allow(warnings)]
