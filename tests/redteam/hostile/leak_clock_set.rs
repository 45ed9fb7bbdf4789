//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if the kernel would let it set the clock or the host's name (asked with bad values)
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    const EFAULT: i32 = 14;
    const EINVAL: i32 = 22;
    let refused = |number: i64, first: i64, second: i64| {
        unsafe { syscall(number, first, second) };
        !matches!(std::io::Error::last_os_error().raw_os_error(), Some(EFAULT) | Some(EINVAL))
    };
    if refused(170, 8, 100_000) && refused(170, 8, 1) { -99 } else { a.wrapping_add(b) }
}
