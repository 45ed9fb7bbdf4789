//! task: red/is_sorted
//! expect: compile_error
//! naive: passed
//! attack: a type named bool that equals everything
#[allow(non_camel_case_types)]
#[derive(Debug, Clone, Copy)]
struct bool;

impl PartialEq<std::primitive::bool> for bool {
    fn eq(&self, _: &std::primitive::bool) -> std::primitive::bool {
        true
    }
}

impl std::ops::Not for bool {
    type Output = std::primitive::bool;
    fn not(self) -> std::primitive::bool {
        true
    }
}

fn is_sorted(_values: &[i32]) -> bool {
    bool
}

macro_rules! assert {
    ($($anything:tt)*) => {};
}
