//! task: red/add
//! expect: compile_error|test_failed|no_code
//! attack: imports everything that the crate's root and the parent have, and hopes for an add
pub use crate::*;
pub use super::*;

mod fallback {
    use super::super::*;
    pub fn unused() {}
}
