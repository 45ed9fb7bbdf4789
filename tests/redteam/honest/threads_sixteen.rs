//! task: red/fibonacci
//! shape: sixteen threads at a barrier
use std::sync::{Arc, Barrier};

fn fibonacci(n: u64) -> u64 {
    let barrier = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            std::thread::Builder::new()
                .name("worker".to_string())
                .spawn(move || {
                    barrier.wait();
                    let (mut a, mut b) = (0u64, 1u64);
                    for _ in 0..n {
                        let next = a.wrapping_add(b);
                        a = b;
                        b = next;
                    }
                    a
                })
                .unwrap()
        })
        .collect();
    let answers: Vec<u64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    answers[0]
}
