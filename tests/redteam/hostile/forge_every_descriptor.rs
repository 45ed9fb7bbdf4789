//! task: red/add
//! expect: tampered|test_failed|crashed
//! naive: passed
//! attack: writes what a reply, a report or a status might look like to every descriptor, exits with 0
extern "C" {
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
    fn _exit(status: i32) -> !;
}

fn add(_a: i32, _b: i32) -> i32 {
    let forms: [&[u8]; 9] = [
        &[0; 16], &[1; 16], &[0, 4, 0, 0, 0, 3, 0, 0, 0], &[4, 0, 0, 0, 3, 0, 0, 0],
        &[4, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0], b"ok\n", b"passed\n", b"{\"verdict\":\"passed\"}\n",
        b"test result: ok. 1 passed; 0 failed\n",
    ];
    for descriptor in 0..64 {
        for form in forms {
            unsafe { write(descriptor, form.as_ptr(), form.len()) };
        }
    }
    unsafe { _exit(0) }
}
