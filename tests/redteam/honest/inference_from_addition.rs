//! task: red/add
//! shape: a sum whose second operand has no type of its own
fn add(a: i32, b: i32) -> i32 {
    let one = 1i32 + "1".parse::<i32>().unwrap_or_default() - "1".trim().parse().unwrap_or(1i32);
    a.wrapping_add(b).wrapping_add(one).wrapping_sub(1)
}
