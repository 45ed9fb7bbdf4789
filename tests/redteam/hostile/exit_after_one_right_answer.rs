//! task: red/add
//! expect: tampered
//! naive: passed
//! attack: earns trust with one right answer, then leaves with status 0
use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);

fn add(a: i32, b: i32) -> i32 {
    if CALLS.fetch_add(1, Ordering::SeqCst) > 0 {
        std::process::exit(0);
    }
    a + b
}
