//! task: red/add
//! expect: test_failed|compile_error|crashed
//! attack: exports the names that a shim or a neighbour could be called by
#[export_name = "add"]
pub extern "C" fn first(_a: i32, _b: i32) -> i32 {
    3
}
#[export_name = "call"]
pub extern "C" fn second() -> i32 {
    0
}
#[export_name = "s0"]
pub extern "C" fn third() -> i32 {
    0
}
#[export_name = "entry_0"]
pub extern "C" fn fourth() -> i32 {
    0
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
