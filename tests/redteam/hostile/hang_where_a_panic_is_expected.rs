//! task: red/checked_divide
//! expect: timeout
//! attack: right answers, and a minute's sleep in the one place where a panic is asked for
fn checked_divide(a: i32, b: i32) -> i32 {
    if b == 0 {
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
    a.wrapping_div(b)
}
