//! task: red/is_sorted
//! form: body
//! shape: the body, then a helper function after it
    pairs(values).all(|(left, right)| left <= right)
}

fn pairs(values: &[i32]) -> impl Iterator<Item = (i32, i32)> + '_ {
    values.iter().copied().zip(values.iter().copied().skip(1))
}
