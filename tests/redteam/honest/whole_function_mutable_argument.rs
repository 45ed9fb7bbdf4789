//! task: red/min_max
//! shape: a mutable by-value argument, sorted in place
fn min_max(mut values: Vec<i64>) -> Option<(i64, i64)> {
    values.sort_unstable();
    match values.as_slice() {
        [] => None,
        [only] => Some((*only, *only)),
        [low, .., high] => Some((*low, *high)),
    }
}
