//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a compile-time panic whose span is in the standard library
const fn never(values: &[u8]) -> u8 {
    values[values.len()]
}
const _: u8 = never(&[1, 2, 3]);

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
