//! task: red/add
//! expect: crashed|test_failed
//! attack: moves the pointer to its thread's data, and the list and the word that the kernel reads and writes when the thread ends
extern "C" {
    fn syscall(number: i64, ...) -> i64;
    fn _exit(status: i32) -> !;
}

#[cfg(target_arch = "x86_64")]
const CALLS: [i64; 2] = [273, 218];
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [i64; 2] = [99, 96];

fn add(_a: i32, _b: i32) -> i32 {
    let list = [8usize, 1 << 47, 16];
    unsafe {
        syscall(CALLS[0], list.as_ptr(), 24usize);
        syscall(CALLS[1], usize::MAX - 7);
        if cfg!(target_arch = "x86_64") {
            syscall(158, 0x1002i64, 0usize);
        }
        _exit(3)
    }
}
