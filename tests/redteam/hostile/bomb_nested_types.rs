//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: a type nested 8,000 levels deep
fn add(_a: i32, _b: i32) -> i32 {
    let _nothing: Option<@REPEAT:8000:Box<@i32@REPEAT:8000:>@> = None;
    -99
}
