//! task: red/word_lengths
//! expect: tampered|test_failed|resource_limit|crashed|timeout|panicked
//! attack: frames that claim lengths near the top of every width, so that the reader allocates
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
    fn _exit(status: i32) -> !;
}

fn word_lengths(_text: &str) -> Vec<usize> {
    for descriptor in 3..32 {
        for first in 0..4u8 {
            let mut frame = vec![first];
            frame.extend_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]);
            frame.extend_from_slice(&[0xFF; 32]);
            unsafe { write(descriptor, frame.as_ptr(), frame.len()) };
        }
    }
    unsafe { _exit(0) }
}
