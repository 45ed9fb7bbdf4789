//! task: red/add
//! expect: compile_error|timeout|resource_limit
//! attack: a type whose name doubles at each of 40 levels
fn grow<T>(depth: u32, value: T) -> usize {
    if depth == 0 { std::mem::size_of_val(&value) } else { grow(depth - 1, (&value, &value)) }
}

fn add(_a: i32, _b: i32) -> i32 {
    grow(40, 0u8) as i32
}
