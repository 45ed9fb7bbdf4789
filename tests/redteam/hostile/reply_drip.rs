//! task: red/add
//! expect: timeout|tampered|test_failed|crashed
//! attack: one byte of a reply every quarter of a second, for a minute, to outlast an idle limit
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    for _ in 0..240 {
        for descriptor in 3..16 {
            unsafe { write(descriptor, [0u8].as_ptr(), 1) };
        }
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    -99
}
