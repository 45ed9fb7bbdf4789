//! task: red/min_max
//! shape: generic helpers with trait bounds, associated types and PhantomData
use std::cmp::Ordering;
use std::marker::PhantomData;

trait Choose<T> {
    const WANTED: Ordering;
    fn best(values: &[T]) -> Option<&T>;
}

struct Extreme<const HIGH: bool, T>(PhantomData<T>);

impl<T: Ord, const HIGH: bool> Choose<T> for Extreme<HIGH, T> {
    const WANTED: Ordering = if HIGH { Ordering::Greater } else { Ordering::Less };

    fn best(values: &[T]) -> Option<&T> {
        values.iter().reduce(|best, next| if next.cmp(best) == Self::WANTED { next } else { best })
    }
}

fn min_max(values: Vec<i64>) -> Option<(i64, i64)> {
    let low = Extreme::<false, i64>::best(&values)?;
    let high = Extreme::<true, i64>::best(&values)?;
    Some((*low, *high))
}
