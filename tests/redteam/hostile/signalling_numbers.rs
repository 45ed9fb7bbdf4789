//! task: red/mean
//! expect: test_failed
//! naive: failed
//! attack: NaNs of every kind in the hope of a comparison that NaN wins
fn mean(values: &[f64]) -> f64 {
    f64::from_bits(0x7FF0_0000_0000_0001 + values.len() as u64)
}
