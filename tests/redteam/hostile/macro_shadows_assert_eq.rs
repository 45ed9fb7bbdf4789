//! task: red/add
//! expect: test_failed
//! naive: passed
//! attack: an assert_eq! of its own that checks nothing
macro_rules! assert_eq {
    ($($anything:tt)*) => {};
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
