//! task: red/factorial
//! shape: 128-bit arithmetic, wrapping, saturating and checked
fn factorial(n: u32) -> Option<u128> {
    let mut product = 1u128;
    for factor in 2..=n as u128 {
        let (next, overflowed) = product.overflowing_mul(factor);
        if overflowed || product.saturating_mul(factor) == u128::MAX {
            return None;
        }
        debug_assert_eq!(next / factor, product);
        product = next;
    }
    i128::try_from(1).ok()?;
    Some(product)
}
