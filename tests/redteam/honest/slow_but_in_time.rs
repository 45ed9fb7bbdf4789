//! task: red/padding
//! shape: three hundred milliseconds of work per call
use std::hint::black_box;
use std::time::{Duration, Instant};

fn padding(text: &str, width: usize) -> usize {
    let start = Instant::now();
    let mut rounds = 0u64;
    while start.elapsed() < Duration::from_millis(300) {
        rounds = black_box(rounds + 1);
    }
    width.saturating_sub(text.chars().count())
}
