//! task: red/add
//! expect: compile_error|no_code
//! naive: failed
//! attack: NUL bytes, which end the text for whoever handles it in C
fn add(_a: i32, _b: i32) -> i32 {
    -99 @NUL@
}
