//! task: red/add
//! expect: tampered|test_failed|resource_limit
//! attack: sends a frame of every tag over its connection, empty, short, and with a mark of zeros and an end with status 0 in it, before a wrong answer
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    for tag in 0..=255u8 {
        for length in [0u8, 1, 8, 21] {
            let mut frame = vec![tag, length, 0, 0, 0];
            frame.resize(5 + usize::from(length), 0);
            unsafe { write(3, frame.as_ptr(), frame.len()) };
        }
    }
    -99
}
