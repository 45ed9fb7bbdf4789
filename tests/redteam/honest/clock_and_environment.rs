//! task: red/add
//! shape: clocks, environment, arguments and process number, with fallbacks
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn add(a: i32, b: i32) -> i32 {
    let start = Instant::now();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let home = std::env::var("HOME").unwrap_or_default();
    let arguments = std::env::args().count();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::sleep(Duration::from_millis(1));
    std::thread::yield_now();
    assert!(start.elapsed() >= Duration::from_millis(1) && since.as_secs() > 0 && cores > 0);
    assert!(std::process::id() > 0 && home.len() < 10_000 && arguments < 10_000);
    let _ = std::env::current_dir();
    a + b
}
