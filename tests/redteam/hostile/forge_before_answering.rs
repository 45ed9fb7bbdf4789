//! task: red/add
//! expect: test_failed|tampered|crashed
//! attack: sends a reply of its own ahead of the shim's, in many plausible framings
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(a: i32, b: i32) -> i32 {
    let sum = a.wrapping_add(b).wrapping_add(1).to_le_bytes();
    let status = [0u8, 1, 2, b'o', b'k'];
    for descriptor in 3..32 {
        for first in status {
            for width in [0usize, 1, 2, 4, 8] {
                let mut frame = vec![first];
                frame.extend_from_slice(&4u64.to_le_bytes()[..width]);
                frame.extend_from_slice(&sum);
                unsafe { write(descriptor, frame.as_ptr(), frame.len()) };
            }
        }
    }
    -99
}
