//! task: red/mirror
//! expect: test_failed|crashed|tampered|resource_limit
//! naive: failed
//! attack: encodes a deep tree on a large stack of its own, so that only the tests' stack is too small
use std::io::Write;
use std::os::fd::FromRawFd;
struct Tree {
    value: i32,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}
fn mirror(_tree: Option<Box<Tree>>) -> Option<Box<Tree>> {
    let depth = 100_000_usize;
    let mut frame = vec![b'R'];
    frame.extend(((6 * depth + 2) as u32).to_le_bytes());
    for _ in 0..depth {
        frame.extend([1, 7, 0, 0, 0]);
    }
    frame.extend(vec![0; depth + 2]);
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    let _ = line.write_all(&frame);
    std::thread::sleep(std::time::Duration::from_secs(60));
    None
}
