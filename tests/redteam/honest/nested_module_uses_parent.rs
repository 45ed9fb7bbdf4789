//! task: red/is_sorted
//! shape: a helper module that imports everything from its parent
mod helpers {
    use super::*;

    pub fn check(values: &[i32]) -> bool {
        values.len() < 2 || (in_order(values[0], values[1]) && is_sorted(&values[1..]))
    }
}

fn in_order(left: i32, right: i32) -> bool {
    left <= right
}

fn is_sorted(values: &[i32]) -> bool {
    helpers::check(values)
}
