//! task: red/add
//! shape: visible in the crate, and constant
pub(crate) const fn add(a: i32, b: i32) -> i32 {
    a + b
}
