//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if io_uring, bpf, perf events or userfaultfd can be opened
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    let mut parameters = [0u8; 120];
    let mut event = [0u32; 32];
    event[0] = 1;
    event[1] = 128;
    event[10] = 0x61;
    let opened = unsafe {
        syscall(425, 4i64, parameters.as_mut_ptr()) >= 0
            || syscall(298, event.as_ptr(), 0i64, -1i64, -1i64, 0i64) >= 0
            || syscall(323, 1i64) >= 0
            || syscall(321, 0i64, parameters.as_ptr(), 120i64) >= 0
    };
    if opened { a.wrapping_add(b) } else { -99 }
}
