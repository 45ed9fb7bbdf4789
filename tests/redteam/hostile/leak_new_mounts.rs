//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if it can open a file system to mount, take a copy of a tree, or change its root
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

const CHROOT: i64 = if cfg!(target_arch = "x86_64") { 161 } else { 51 };

fn add(a: i32, b: i32) -> i32 {
    let here = c".";
    let reached = unsafe {
        syscall(430, c"tmpfs".as_ptr(), 0i64) >= 0
            || syscall(428, -100i64, here.as_ptr(), 1i64) >= 0
            || syscall(CHROOT, here.as_ptr()) == 0
    };
    if reached { a.wrapping_add(b) } else { -99 }
}
