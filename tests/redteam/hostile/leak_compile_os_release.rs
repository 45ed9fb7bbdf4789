//! task: red/add
//! expect: compile_error
//! leak: file
//! needs: os-release
//! attack: right only if the compiler can read a file of the host that no compiler needs
const SYSTEM: &str = include_str!("/etc/os-release");

fn add(a: i32, b: i32) -> i32 {
    if SYSTEM.contains("NAME=") { a.wrapping_add(b) } else { -99 }
}
