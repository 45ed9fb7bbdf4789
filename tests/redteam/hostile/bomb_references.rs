//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: three thousand references to references, to overflow the compiler's stack
fn add(a: i32, _b: i32) -> i32 {
    let _deep = @REPEAT:3000:&@a;
    -99
}
