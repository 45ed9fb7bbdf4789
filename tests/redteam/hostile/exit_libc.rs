//! task: red/add
//! expect: tampered
//! naive: passed
//! attack: the C library's _exit, past every destructor and buffer
extern "C" {
    fn _exit(status: i32) -> !;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { _exit(0) }
}
