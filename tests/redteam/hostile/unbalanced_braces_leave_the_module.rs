//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: closes a surrounding module that it guesses, and opens another for the rest
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
}
pub mod s1 {
    pub fn add(_a: i32, _b: i32) -> i32 {
        std::process::exit(0)
    }
