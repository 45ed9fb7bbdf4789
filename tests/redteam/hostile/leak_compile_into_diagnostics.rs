//! task: red/add
//! expect: compile_error
//! attack: makes the compiler print a file into the error message that ends up in the results
include!("@CANARY_FILE@");
compile_error!(include_str!("@CANARY_FILE@"));
mod reached {
    #![doc = include_str!("@CANARY_FILE@")]
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
