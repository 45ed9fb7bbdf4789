//! task: red/add
//! shape: other parameter names, patterns and an attribute
#[inline(always)]
#[must_use]
fn add(mut left: i32, right @ _: i32) -> i32 {
    left += right;
    left
}
