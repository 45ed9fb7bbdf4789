//! task: red/add
//! expect: compile_error
//! naive: passed
//! attack: an opaque return type that only promises to be comparable
#[derive(Debug)]
struct Always;

impl PartialEq<i32> for Always {
    fn eq(&self, _: &i32) -> bool {
        true
    }
}

fn add(_a: i32, _b: i32) -> impl PartialEq<i32> + std::fmt::Debug {
    Always
}
