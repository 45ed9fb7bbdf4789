//! task: red/add
//! expect: resource_limit|panicked|crashed|timeout
//! attack: 600 threads that sleep four seconds each
fn add(_a: i32, _b: i32) -> i32 {
    let threads: Vec<_> = (0..600)
        .map(|_| std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_secs(4))))
        .collect();
    threads.into_iter().map(|thread| thread.join().is_ok() as i32).sum::<i32>() - 10_000
}
