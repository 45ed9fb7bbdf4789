//! task: red/add
//! expect: compile_error
//! attack: lets a neighbour of the same crate compute the answer
fn add(a: i32, b: i32) -> i32 {
    crate::s0::add(a, b)
}
