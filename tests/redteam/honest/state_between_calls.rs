//! task: red/span
//! shape: remembers earlier calls in an atomic and a mutex, and answers from a cache
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

static CALLS: AtomicUsize = AtomicUsize::new(0);
static KNOWN: Mutex<Option<HashMap<Vec<i64>, (i64, i64)>>> = Mutex::new(None);

fn span(values: &[i64]) -> (i64, i64) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    let mut known = KNOWN.lock().unwrap();
    *known.get_or_insert_with(HashMap::new).entry(values.to_vec()).or_insert_with(|| {
        let low = values.iter().min().copied().unwrap_or(0);
        (low, values.iter().max().copied().unwrap_or(-1))
    })
}
