//! task: red/factorial
//! shape: plain recursion with the question mark operator
fn factorial(n: u32) -> Option<u128> {
    if n > 1000 {
        return None;
    }
    match n {
        0 | 1 => Some(1),
        n => factorial(n - 1)?.checked_mul(n as u128),
    }
}
