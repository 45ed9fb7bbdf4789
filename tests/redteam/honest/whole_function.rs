//! task: red/add
//! shape: the whole function again
fn add(a: i32, b: i32) -> i32 {
    a + b
}
