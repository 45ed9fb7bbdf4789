//! task: red/add
//! expect: compile_error|test_failed
//! attack: a path to the crate's root straight after a number and two dots
fn add(_a: i32, _b: i32) -> i32 {
    let mut last = -99;
    for number in 0..crate::s0::LIMIT {
        last = number;
    }
    last
}
