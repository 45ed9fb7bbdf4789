//! task: red/add
//! expect: tampered|timeout|crashed
//! attack: answers all but the last question and leaves while it is open
use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);

fn add(a: i32, b: i32) -> i32 {
    if CALLS.fetch_add(1, Ordering::SeqCst) == 3 {
        std::process::exit(0);
    }
    a.wrapping_add(b)
}
