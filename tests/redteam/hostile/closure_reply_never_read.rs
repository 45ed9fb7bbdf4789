//! task: red/apply_twice
//! expect: timeout|tampered|resource_limit
//! naive: failed
//! attack: asks a closure again and again and reads no reply
use std::io::Write;
use std::os::fd::FromRawFd;
fn apply_twice<F: Fn(i64) -> i64>(_f: F, _x: i64) -> i64 {
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    loop {
        let _ = line.write_all(&[b'B', 12, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
