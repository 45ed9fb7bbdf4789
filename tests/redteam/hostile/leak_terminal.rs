//! task: red/add
//! expect: test_failed|crashed
//! leak: terminal
//! needs: terminal
//! attack: right only if it can open the user's terminal
fn add(a: i32, b: i32) -> i32 {
    if std::fs::File::open("/dev/tty").is_ok() { a.wrapping_add(b) } else { -99 }
}
