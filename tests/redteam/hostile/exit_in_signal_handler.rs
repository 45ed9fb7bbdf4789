//! task: red/add
//! expect: tampered|crashed
//! naive: passed
//! attack: a SIGSEGV handler that leaves with status 0, then a null pointer
extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn _exit(status: i32) -> !;
}

extern "C" fn leave(_: i32) {
    unsafe { _exit(0) }
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe {
        signal(11, leave);
        std::ptr::read_volatile(std::ptr::without_provenance::<i32>(16))
    }
}
