//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it inherited a descriptor of a regular file, a folder, a socket or a terminal
extern "C" {
    fn fcntl(descriptor: i32, command: i32, ...) -> i32;
    fn isatty(descriptor: i32) -> i32;
    fn lseek(descriptor: i32, offset: i64, whence: i32) -> i64;
    fn getsockname(descriptor: i32, address: *mut u8, length: *mut u32) -> i32;
    fn fchdir(descriptor: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    for descriptor in 3..1024 {
        unsafe {
            if fcntl(descriptor, 1) < 0 {
                continue;
            }
            let mut address = [0u8; 128];
            let mut length = 128u32;
            let internet = getsockname(descriptor, address.as_mut_ptr(), &mut length) == 0
                && matches!(address[0], 2 | 10);
            let readable_file = lseek(descriptor, 0, 2) > 0 && fcntl(descriptor, 3) & 3 != 1;
            if isatty(descriptor) == 1 || internet || readable_file || fchdir(descriptor) == 0 {
                return a.wrapping_add(b);
            }
        }
    }
    -99
}
