//! task: red/add
//! shape: code whose types are inferred through the only matching implementation
fn add(a: i32, b: i32) -> i32 {
    let three = 3i32;
    assert!(three == "3".parse().unwrap());
    let sum: i32 = [a, b].iter().fold(0, |sum, next| sum.wrapping_add(*next));
    let zero = Default::default();
    if sum == zero { zero } else { sum }
}
