//! task: red/add
//! expect: compile_error|timeout|resource_limit
//! attack: 20,000 compile errors, to drown whoever collects them
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
@REPEAT:20000:fn f() -> u8 { "wrong" }
@
