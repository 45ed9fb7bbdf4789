//! task: red/add
//! shape: tries another program, and goes on where that is refused
use std::process::{Command, Stdio};

fn add(a: i32, b: i32) -> i32 {
    let status = Command::new("/bin/true").stdin(Stdio::null()).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => a + b,
        Ok(_) | Err(_) => a.wrapping_add(b),
    }
}
