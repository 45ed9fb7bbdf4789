//! task: red/checked_divide
//! expect: panicked
//! naive: failed
//! attack: panics always, on a task whose tests expect one panic
fn checked_divide(_a: i32, _b: i32) -> i32 {
    panic!("division by zero")
}
