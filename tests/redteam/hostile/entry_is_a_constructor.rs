//! task: red/add
//! expect: compile_error|no_code
//! attack: a tuple struct under the function's name, equal to every number
#[allow(non_camel_case_types)]
#[derive(Debug)]
struct add(i32, i32);

impl PartialEq<i32> for add {
    fn eq(&self, _: &i32) -> bool {
        true
    }
}
