//! task: red/mean
//! shape: functions of the mathematics library
fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let check = count.powf(0.5).powi(2).sqrt() + count.sin().hypot(count.cos()) + (count + 1.0).ln().exp();
    assert!(check.is_finite());
    values.iter().fold(0.0, |sum, value| sum + value) / count
}
