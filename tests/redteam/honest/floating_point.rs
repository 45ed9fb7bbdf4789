//! task: red/scale
//! shape: comparisons of floats with partial_cmp and total_cmp
fn scale(values: &[f32], factor: f32) -> Vec<f32> {
    let mut products: Vec<(usize, f32)> =
        values.iter().enumerate().map(|(place, value)| (place, value.mul_add(factor, 0.0))).collect();
    products.sort_by(|left, right| left.1.partial_cmp(&right.1).unwrap_or(std::cmp::Ordering::Equal));
    products.sort_by(|left, right| right.1.total_cmp(&left.1));
    products.sort_by_key(|(place, _)| *place);
    products.into_iter().map(|(_, product)| product).collect()
}
