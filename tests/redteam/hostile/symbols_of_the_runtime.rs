//! task: red/add
//! expect: test_failed|compile_error|crashed|tampered
//! attack: defines the symbols that unwinding and allocation go through
#[no_mangle]
pub extern "C" fn rust_eh_personality() -> i32 {
    0
}

#[no_mangle]
pub extern "C" fn __rust_alloc(_size: usize, _align: usize) -> usize {
    0
}

#[no_mangle]
pub extern "C" fn _Unwind_Resume(_exception: usize) -> ! {
    std::process::exit(0)
}

#[no_mangle]
pub extern "C" fn __cxa_finalize(_handle: usize) {}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
