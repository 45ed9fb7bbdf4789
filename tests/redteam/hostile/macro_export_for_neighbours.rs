//! task: red/add
//! expect: test_failed|compile_error
//! attack: exports assert_eq!, vec! and panic! from the crate root, to reach whoever shares the crate
#[macro_export]
macro_rules! assert_eq {
    ($($anything:tt)*) => {};
}
#[macro_export]
macro_rules! vec {
    ($($anything:tt)*) => { ::std::process::exit(0) };
}
#[macro_export]
macro_rules! panic {
    ($($anything:tt)*) => { ::std::process::exit(0) };
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
