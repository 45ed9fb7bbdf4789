//! task: red/add
//! expect: compile_error|test_failed|no_code
//! attack: two steps up by one super inside the braces of another
mod inner {
    #[allow(unused_imports)]
    pub use super::{fallback as a, fallback as b, fallback as c, fallback as d, super::*};
}

fn fallback() {}

fn add(a: i32, b: i32) -> i32 {
    inner::s0::add(a, b)
}
