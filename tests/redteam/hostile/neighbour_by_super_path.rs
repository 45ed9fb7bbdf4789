//! task: red/is_sorted
//! expect: compile_error
//! naive: failed
//! attack: lets a neighbour compute the answer, by way of the parent module
mod inner {
    pub use super::super::s1::is_sorted as borrowed;
}

fn is_sorted(values: &[i32]) -> bool {
    inner::borrowed(values)
}
