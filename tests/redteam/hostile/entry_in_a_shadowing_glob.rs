//! task: red/add
//! expect: test_failed|compile_error|no_code
//! attack: the function comes through a glob import that a later item may shadow
mod inner {
    pub fn add(_a: i32, _b: i32) -> i32 {
        -99
    }
    pub fn call(_: &[u8]) -> Vec<u8> {
        std::process::exit(0)
    }
}
pub use inner::*;
