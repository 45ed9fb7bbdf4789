//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: ends by SIGABRT
fn add(_a: i32, _b: i32) -> i32 {
    std::process::abort()
}
