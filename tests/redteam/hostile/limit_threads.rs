//! task: red/add
//! expect: test_failed|resource_limit|crashed|timeout
//! leak: limit
//! attack: right only if 1,200 threads can run at once
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn add(a: i32, b: i32) -> i32 {
    let done = Arc::new(AtomicBool::new(false));
    let start = Instant::now();
    let mut threads = Vec::new();
    for _ in 0..1200 {
        let done = Arc::clone(&done);
        let nap = move || {
            while !done.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(5) {
                std::thread::park_timeout(Duration::from_millis(200));
            }
        };
        match std::thread::Builder::new().stack_size(16 << 10).spawn(nap) {
            Ok(thread) => threads.push(thread),
            Err(_) => break,
        }
    }
    let started = threads.len();
    done.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| {
        thread.thread().unpark();
        let _ = thread.join();
    });
    if started == 1200 { a.wrapping_add(b) } else { -99 }
}
