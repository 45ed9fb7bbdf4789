//! task: red/checked_divide
//! shape: panics where the task asks for it, through the language's own check
fn checked_divide(a: i32, b: i32) -> i32 {
    a / b
}
