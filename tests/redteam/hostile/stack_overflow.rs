//! task: red/fibonacci
//! expect: crashed
//! naive: failed
//! attack: recursion without end
#[allow(unconditional_recursion)]
fn fibonacci(n: u64) -> u64 {
    let block = [n; 64];
    std::hint::black_box(&block);
    fibonacci(n.wrapping_add(1)).wrapping_add(block[3])
}
