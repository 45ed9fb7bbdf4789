//! task: red/add
//! expect: test_failed|compile_error|crashed|tampered
//! attack: defines the C main function, _start and _init
#[no_mangle]
pub extern "C" fn main(_count: i32, _values: usize) -> i32 {
    0
}

#[no_mangle]
pub extern "C" fn _init() {
    std::process::exit(0)
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
