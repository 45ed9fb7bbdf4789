//! task: red/add
//! expect: tampered|crashed|timeout|test_failed
//! attack: a child keeps every inherited descriptor open for twelve seconds while its parent leaves
extern "C" {
    fn fork() -> i32;
    fn vfork() -> i32;
    fn sleep(seconds: u32) -> u32;
    fn _exit(status: i32) -> !;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe {
        if fork() == 0 {
            sleep(12);
            _exit(0);
        }
        if vfork() == 0 {
            _exit(0);
        }
        _exit(0)
    }
}
