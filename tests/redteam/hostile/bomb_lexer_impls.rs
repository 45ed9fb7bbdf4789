//! task: red/add
//! expect: compile_error|test_failed|no_code
//! attack: 40,000 times the word that starts an implementation, for scans that run to the end each time
macro_rules! nothing { ($($anything:tt)*) => {} }
nothing! { @REPEAT:40000:impl @ }

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
