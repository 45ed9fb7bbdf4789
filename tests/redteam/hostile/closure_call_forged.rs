//! task: red/apply_twice
//! expect: tampered|test_failed
//! naive: failed
//! attack: calls a closure that it was not given, by a frame of its own
use std::io::Write;
use std::os::fd::FromRawFd;
fn apply_twice<F: Fn(i64) -> i64>(_f: F, _x: i64) -> i64 {
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    let _ = line.write_all(&[b'B', 4, 0, 0, 0, 9, 0, 0, 0]);
    std::thread::sleep(std::time::Duration::from_secs(60));
    18
}
