//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a raw string that is never closed swallows what follows
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
#[allow(dead_code)]
const REST: &str = r##"
