//! task: red/add
//! expect: compile_error|timeout|resource_limit
//! attack: a generic function that needs ever larger instances of itself
struct Wrap<T>(T);

fn descend<T>(depth: i32, value: T) -> i32 {
    if depth > 0 { descend(depth - 1, Wrap(Some(value))) } else { 0 }
}

fn add(a: i32, _b: i32) -> i32 {
    descend(a, ())
}
