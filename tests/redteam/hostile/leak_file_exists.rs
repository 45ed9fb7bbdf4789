//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can tell that a file exists, with no right to read it
fn add(a: i32, b: i32) -> i32 {
    if std::fs::read("@CANARY_FILE@").is_ok() || std::fs::metadata("@CANARY_FILE@").is_ok() {
        a.wrapping_add(b)
    } else {
        -99
    }
}
