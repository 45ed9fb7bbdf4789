//! task: red/add
//! expect: test_failed|crashed|resource_limit
//! attack: makes the descriptors that it shares with the server non-blocking and appending, and moves their position, to spoil what the server reads or its next sample
extern "C" {
    fn fcntl(descriptor: i32, command: i32, ...) -> i32;
    fn lseek(descriptor: i32, offset: i64, whence: i32) -> i64;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    const SET_FLAGS: i32 = 4;
    const FLAGS: i32 = 0o4000 | 0o2000 | 0o20000;
    for descriptor in 0..4 {
        unsafe {
            fcntl(descriptor, SET_FLAGS, FLAGS);
            lseek(descriptor, 4000, 0);
        }
    }
    unsafe {
        write(1, b"\xff\xfe\"passed\"\n".as_ptr(), 11);
        lseek(1, i64::MAX, 0);
        lseek(2, -1, 2);
    }
    -99
}
