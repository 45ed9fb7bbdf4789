//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: end the process with a status of its own before answering
fn add(_a: i32, _b: i32) -> i32 {
    std::process::exit(3)
}
