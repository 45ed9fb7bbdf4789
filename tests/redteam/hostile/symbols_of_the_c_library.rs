//! task: red/add
//! expect: test_failed|compile_error|crashed|tampered
//! attack: defines write, read, memcpy, _exit and dlsym, to stand between the shim and the pipe
#[no_mangle]
pub extern "C" fn write(_descriptor: i32, _bytes: *const u8, length: usize) -> isize {
    length as isize
}

#[no_mangle]
pub extern "C" fn _exit(_status: i32) -> ! {
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

#[no_mangle]
pub extern "C" fn dlsym(_handle: usize, _name: usize) -> usize {
    0
}

#[no_mangle]
pub extern "C" fn abort() -> ! {
    std::process::exit(0)
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
