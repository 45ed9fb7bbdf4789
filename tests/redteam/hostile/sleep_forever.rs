//! task: red/add
//! expect: timeout
//! attack: sleeps for a minute, using no CPU
fn add(_a: i32, _b: i32) -> i32 {
    std::thread::sleep(std::time::Duration::from_secs(60));
    -99
}
