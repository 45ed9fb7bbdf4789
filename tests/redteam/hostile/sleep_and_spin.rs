//! task: red/add
//! expect: timeout
//! attack: computes just enough, between naps, to look like a program on a busy machine
use std::time::{Duration, Instant};

fn add(_a: i32, _b: i32) -> i32 {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        let now = Instant::now();
        while now.elapsed() < Duration::from_millis(20) {}
        std::thread::sleep(Duration::from_millis(100));
    }
    -99
}
