//! task: red/is_sorted
//! expect: test_failed|tampered|timeout|crashed
//! attack: a thread reads the next questions from every descriptor, so that nobody answers them
unsafe extern "C" {
    fn read(descriptor: i32, bytes: *mut u8, length: usize) -> isize;
}

fn is_sorted(_values: &[i32]) -> bool {
    for descriptor in 3..16 {
        std::thread::spawn(move || {
            let mut bytes = [0u8; 4096];
            for _ in 0..64 {
                if unsafe { read(descriptor, bytes.as_mut_ptr(), bytes.len()) } <= 0 {
                    break;
                }
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_millis(30));
    false
}
