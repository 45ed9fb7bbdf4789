//! task: red/add
//! expect: test_failed|tampered|crashed|resource_limit|timeout
//! attack: a thread races the shim with replies on every descriptor, for three seconds
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    std::thread::spawn(|| {
        let start = std::time::Instant::now();
        while start.elapsed().as_secs() < 3 {
            for descriptor in 3..16 {
                let frame = [0u8, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0];
                unsafe { write(descriptor, frame.as_ptr(), frame.len()) };
            }
        }
    });
    std::thread::sleep(std::time::Duration::from_millis(50));
    -99
}
