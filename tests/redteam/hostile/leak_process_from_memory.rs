//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it can execute a program that lies in memory alone
use std::ffi::CStr;

extern "C" {
    fn memfd_create(name: *const i8, flags: u32) -> i32;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn fexecve(descriptor: i32, arguments: *const *const i8, variables: *const *const i8) -> i32;
    fn _exit(status: i32) -> !;
}

const NAME: &CStr = c"redteam";
const PROGRAM: [u8; 132] = {
    let mut p = [0u8; 132];
    let head: [u8; 64] = [
        0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x3E, 0, 1, 0, 0, 0, 0x78, 0, 0x40,
        0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0x38, 0, 1, 0,
        0, 0, 0, 0, 0, 0,
    ];
    let segment: [u8; 56] = [
        1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0,
        0x84, 0, 0, 0, 0, 0, 0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0,
    ];
    let code: [u8; 12] = [0xBF, 42, 0, 0, 0, 0xB8, 60, 0, 0, 0, 0x0F, 0x05];
    let mut i = 0;
    while i < 64 {
        p[i] = head[i];
        i += 1;
    }
    while i < 120 {
        p[i] = segment[i - 64];
        i += 1;
    }
    while i < 132 {
        p[i] = code[i - 120];
        i += 1;
    }
    p
};

fn add(a: i32, b: i32) -> i32 {
    let mut status = 0;
    unsafe {
        let descriptor = memfd_create(NAME.as_ptr(), 1);
        write(descriptor, PROGRAM.as_ptr(), PROGRAM.len());
        let child = fork();
        if child == 0 {
            let none = [std::ptr::null()];
            fexecve(descriptor, none.as_ptr(), none.as_ptr());
            _exit(1);
        }
        waitpid(child, &mut status, 0);
    }
    if status >> 8 == 42 { a.wrapping_add(b) } else { -99 }
}
