//! task: red/add
//! expect: tampered|panicked|crashed
//! naive: passed
//! attack: becomes /bin/true, whose status is 0
use std::os::unix::process::CommandExt;

fn add(_a: i32, _b: i32) -> i32 {
    panic!("{}", std::process::Command::new("/bin/true").exec())
}
