//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a macro call that is never closed swallows what follows
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
macro_rules! swallow { ($($anything:tt)*) => {} }
swallow! {
