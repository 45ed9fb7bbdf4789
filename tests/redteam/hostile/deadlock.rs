//! task: red/add
//! expect: timeout|panicked
//! attack: waits for a lock that it holds, for a minute at most
use std::sync::{Arc, Condvar, Mutex};

fn add(_a: i32, _b: i32) -> i32 {
    let pair = Arc::new((Mutex::new(()), Condvar::new()));
    let guard = pair.0.lock().unwrap();
    let _kept = pair.1.wait_timeout(guard, std::time::Duration::from_secs(60)).unwrap();
    -99
}
