//! task: red/add
//! expect: test_failed|crashed|resource_limit
//! attack: starts a process as a child of its parent (CLONE_PARENT), by both calls, so that the fork-server would collect one that it never started
extern "C" {
    fn syscall(number: i64, ...) -> i64;
    fn _exit(status: i32) -> !;
}

#[cfg(target_arch = "x86_64")]
const CLONE: i64 = 56;
#[cfg(not(target_arch = "x86_64"))]
const CLONE: i64 = 220;

fn add(_a: i32, _b: i32) -> i32 {
    let parent = 0x8000u64;
    let arguments = [parent, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0];
    unsafe {
        for flags in [parent | 17, parent | 0x1_0000_0000 | 17, parent | 0x0800_0000 | 17] {
            if syscall(CLONE, flags, 0usize, 0usize, 0usize, 0usize) == 0 {
                _exit(0);
            }
        }
        if syscall(435, arguments.as_ptr(), 88usize) == 0 {
            _exit(0);
        }
    }
    -99
}
