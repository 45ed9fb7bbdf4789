//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can read a file of the harness's user
fn add(a: i32, b: i32) -> i32 {
    match std::fs::read_to_string("@CANARY_FILE@") {
        Ok(text) if text.contains("@CANARY_SECRET@") => a.wrapping_add(b),
        _ => -99,
    }
}
