//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can change the library it was loaded from, or make a file beside it
use std::ffi::{CStr, CString};

#[repr(C)]
struct Info {
    file: *const i8,
    rest: [usize; 3],
}

extern "C" {
    fn dladdr(address: usize, info: *mut Info) -> i32;
    fn open(path: *const i8, flags: i32, ...) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    const READ_AND_WRITE: i32 = 2;
    const UNNAMED_FILE: i32 = 0o20_200_002;
    let mut info = Info { file: std::ptr::null(), rest: [0; 3] };
    let here = add as fn(i32, i32) -> i32 as usize;
    unsafe {
        if dladdr(here, &mut info) == 0 || info.file.is_null() {
            return -99;
        }
        let path = CStr::from_ptr(info.file).to_string_lossy().into_owned();
        let folder = CString::new(path.rsplit_once('/').map_or(".", |(folder, _)| folder)).unwrap();
        if open(info.file, READ_AND_WRITE) >= 0 || open(folder.as_ptr(), UNNAMED_FILE, 0o600) >= 0 {
            return a.wrapping_add(b);
        }
    }
    -99
}
