//! task: red/is_sorted
//! expect: timeout
//! attack: answers the first question rightly and then sleeps for a minute
use std::sync::atomic::{AtomicBool, Ordering};

static ANSWERED: AtomicBool = AtomicBool::new(false);

fn is_sorted(values: &[i32]) -> bool {
    if ANSWERED.swap(true, Ordering::Relaxed) {
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
    values.is_empty()
}
