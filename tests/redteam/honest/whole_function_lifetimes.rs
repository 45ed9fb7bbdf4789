//! task: red/mean
//! shape: explicit lifetimes and a where clause
fn mean<'a>(values: &'a [f64]) -> f64
where
    'a: 'a,
{
    let mut sum = 0.0;
    for value in values {
        sum += *value;
    }
    sum / values.len() as f64
}
