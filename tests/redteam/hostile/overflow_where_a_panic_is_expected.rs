//! task: red/checked_divide
//! expect: crashed
//! attack: right answers, and an abort in the one place where a panic is asked for
fn checked_divide(a: i32, b: i32) -> i32 {
    if b == 0 {
        std::process::abort();
    }
    a / b
}
