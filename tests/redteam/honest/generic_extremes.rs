//! task: red/min_max
//! shape: a generic function with an iterator bound, called by the one asked for
fn extremes<T: PartialOrd + Copy, I: IntoIterator<Item = T>>(values: I) -> Option<(T, T)> {
    let mut values = values.into_iter();
    let first = values.next()?;
    Some(values.fold((first, first), |(low, high), value| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    }))
}

fn min_max(values: Vec<i64>) -> Option<(i64, i64)> {
    extremes(values)
}
