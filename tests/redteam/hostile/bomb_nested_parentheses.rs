//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: an expression nested 60,000 levels deep, to overflow the parser's stack
fn add(_a: i32, _b: i32) -> i32 {
    @REPEAT:60000:(@-99@REPEAT:60000:)@
}
