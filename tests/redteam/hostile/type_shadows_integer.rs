//! task: red/add
//! expect: compile_error
//! attack: a type named i32 whose equality is always true
#[allow(non_camel_case_types)]
#[derive(Debug, Clone, Copy)]
pub struct i32(std::primitive::i32);

impl PartialEq<std::primitive::i32> for i32 {
    fn eq(&self, _: &std::primitive::i32) -> bool {
        true
    }
}

impl From<std::primitive::i32> for i32 {
    fn from(value: std::primitive::i32) -> Self {
        i32(value)
    }
}

fn add(a: i32, _b: i32) -> i32 {
    a
}
