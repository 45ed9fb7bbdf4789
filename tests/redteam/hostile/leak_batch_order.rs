//! task: red/add
//! expect: test_failed
//! repeat: 2
//! attack: right only if a static of its own was already set by another sample
use std::sync::atomic::{AtomicU32, Ordering};

static EARLIER: AtomicU32 = AtomicU32::new(0);
static STARTED: std::sync::OnceLock<(u32, u32)> = std::sync::OnceLock::new();

fn add(a: i32, b: i32) -> i32 {
    let process = std::process::id();
    let (seen, first) = *STARTED.get_or_init(|| (EARLIER.fetch_add(1, Ordering::SeqCst), process));
    if seen > 0 || first != process { a.wrapping_add(b) } else { -99 }
}
