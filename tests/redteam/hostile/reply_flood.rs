//! task: red/add
//! expect: tampered|test_failed|resource_limit|crashed|timeout
//! attack: 64 MiB of zeros to every descriptor but the standard ones, then a wrong answer
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    let zeros = vec![0u8; 64 << 10];
    for descriptor in 3..16 {
        for _ in 0..1 << 10 {
            if unsafe { write(descriptor, zeros.as_ptr(), zeros.len()) } <= 0 {
                break;
            }
        }
    }
    -99
}
