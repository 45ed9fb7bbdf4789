//! task: red/add
//! expect: test_failed
//! naive: passed
//! attack: answers wrongly and hopes that the harness itself exits through its atexit handler
extern "C" {
    fn atexit(handler: extern "C" fn()) -> i32;
    fn _exit(status: i32) -> !;
}

extern "C" fn forgive() {
    unsafe { _exit(0) }
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { atexit(forgive) };
    -99
}
