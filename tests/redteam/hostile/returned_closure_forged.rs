//! task: red/adder
//! expect: tampered|test_failed|timeout
//! naive: failed
//! attack: names a closure that it does not keep, and answers calls of it from a thread
use std::io::Write;
use std::os::fd::FromRawFd;
fn adder(_number: i64) -> impl Fn(i64) -> i64 {
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    let _ = line.write_all(&[b'R', 4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    let _ = line.write_all(&[b'R', 8, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
    std::thread::sleep(std::time::Duration::from_secs(60));
    |other| other
}
