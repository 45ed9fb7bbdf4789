//! task: red/is_sorted
//! expect: resource_limit|test_failed|crashed|timeout
//! attack: a detached thread floods standard output while the answers are wrong
use std::io::Write;

fn is_sorted(_values: &[i32]) -> bool {
    std::thread::spawn(|| {
        for _ in 0..1 << 10 {
            let _ = std::io::stdout().write_all(&[b'y'; 64 << 10]);
        }
    });
    std::thread::sleep(std::time::Duration::from_millis(20));
    false
}
