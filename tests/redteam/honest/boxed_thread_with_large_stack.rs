//! task: red/fibonacci
//! shape: a thread with a 64 MiB stack for a deep recursion
fn sum(level: u64) -> u64 {
    if level == 0 { 0 } else { 1 + std::hint::black_box(sum(level - 1)) }
}

fn fibonacci(n: u64) -> u64 {
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(move || sum(100_000)).unwrap();
    assert_eq!(deep.join().unwrap(), 100_000);
    (0..n).fold((0u64, 1u64), |(a, b), _| (b, a.wrapping_add(b))).0
}
