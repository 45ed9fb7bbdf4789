//! task: red/add
//! expect: tampered
//! naive: passed
//! attack: ends with status 7, and an atexit handler turns that into 0
extern "C" {
    fn atexit(handler: extern "C" fn()) -> i32;
    fn _exit(status: i32) -> !;
}

extern "C" fn forgive() {
    unsafe { _exit(0) }
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { atexit(forgive) };
    std::process::exit(7)
}
