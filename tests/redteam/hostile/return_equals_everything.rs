//! task: red/add
//! expect: compile_error
//! naive: passed
//! attack: a return type of its own that is equal to every number
#[derive(Debug)]
struct Always;

impl PartialEq<i32> for Always {
    fn eq(&self, _: &i32) -> bool {
        true
    }
}

fn add(_a: i32, _b: i32) -> Always {
    Always
}
