//! task: red/add
//! expect: compile_error|no_code
//! attack: 20,000 raw strings with different fences that never close
fn add(_a: i32, _b: i32) -> i32 {
    @REPEAT:20000:r##" @;
    -99
}
