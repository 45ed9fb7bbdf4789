//! task: red/add
//! expect: tampered|compile_error
//! attack: a return type that fits every place and is never produced
fn add(_a: i32, _b: i32) -> ! {
    std::process::exit(0)
}
