//! task: red/add
//! expect: tampered|crashed|test_failed
//! naive: passed
//! attack: detaches a grandchild into its own session that lives twelve seconds, then exits with 0
extern "C" {
    fn fork() -> i32;
    fn setsid() -> i32;
    fn sleep(seconds: u32) -> u32;
    fn close(descriptor: i32) -> i32;
    fn _exit(status: i32) -> !;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe {
        if fork() == 0 {
            setsid();
            if fork() == 0 {
                for descriptor in 0..64 {
                    close(descriptor);
                }
                sleep(12);
            }
            _exit(0);
        }
        _exit(0)
    }
}
