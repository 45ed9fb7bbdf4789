//! task: red/is_sorted
//! shape: right code and a test of its own that expects the wrong thing
pub fn is_sorted(values: &[i32]) -> bool {
    values.windows(2).all(|pair| pair[0] <= pair[1])
}

#[test]
fn strictly_sorted() {
    assert!(!is_sorted(&[1, 1]), "the author misread the task");
}
