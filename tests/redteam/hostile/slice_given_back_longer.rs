//! task: red/add_to_all
//! expect: tampered|test_failed
//! naive: failed
//! attack: gives back more cells than it was given, by a frame of its own
use std::cell::RefCell;
use std::io::Write;
use std::os::fd::FromRawFd;
use std::rc::Rc;
fn add_to_all(_cells: &[Rc<RefCell<i32>>], _number: i32) {
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    let mut frame = vec![b'R', 17, 0, 0, 0, 0, 3, 0, 0, 0];
    frame.extend([6, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    let _ = line.write_all(&frame);
    std::thread::sleep(std::time::Duration::from_secs(60));
}
