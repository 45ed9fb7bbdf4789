//! task: red/countdown
//! shape: a lazy iterator stays in the program, its items are fetched
fn countdown(n: u32) -> impl Iterator<Item = u32> {
    let mut left = n;
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        Some(left + 1)
    })
}
