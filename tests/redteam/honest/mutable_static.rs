//! task: red/fibonacci
//! shape: a mutable static used with unsafe, once per call
static mut CALLS: u64 = 0;

fn fibonacci(n: u64) -> u64 {
    unsafe {
        CALLS += 1;
    }
    let (mut a, mut b) = (0u64, 1u64);
    for _ in 0..n {
        (a, b) = (b, a.wrapping_add(b));
    }
    a
}
