//! task: red/is_sorted
//! shape: mutual recursion on slice patterns
fn is_sorted(values: &[i32]) -> bool {
    match values {
        [] | [_] => true,
        [first, rest @ ..] => not_below(*first, rest),
    }
}

fn not_below(limit: i32, values: &[i32]) -> bool {
    match values.first() {
        Some(first) if *first < limit => false,
        _ => is_sorted(values),
    }
}
