//! task: red/checked_divide
//! expect: tampered|test_failed|crashed
//! attack: right answers, and a malformed reply in the one place where a panic is asked for
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn checked_divide(a: i32, b: i32) -> i32 {
    if b == 0 {
        for descriptor in 3..8 {
            unsafe { write(descriptor, b"Z\x01\0\0\0?".as_ptr(), 6) };
        }
        return 0;
    }
    a / b
}
