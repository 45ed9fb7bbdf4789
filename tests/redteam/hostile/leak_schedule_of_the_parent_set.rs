//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it can set its parent's processors, priority or policy, each to the value that it has
extern "C" {
    fn getppid() -> i32;
    fn syscall(number: i64, ...) -> i64;
}

#[cfg(target_arch = "x86_64")]
const CALLS: [i64; 4] = [203, 204, 144, 251];
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [i64; 4] = [122, 123, 119, 30];

fn add(a: i32, b: i32) -> i32 {
    let [set_processors, get_processors, set_policy, set_disk_priority] = CALLS;
    let parent = unsafe { getppid() } as i64;
    let mut mask = [0u64; 128];
    let plain = 0i32;
    let reached = parent > 1 && unsafe {
        let length = syscall(get_processors, parent, 1024i64, mask.as_mut_ptr());
        (length > 0 && syscall(set_processors, parent, length, mask.as_ptr()) == 0)
            || syscall(set_policy, parent, 0i64, &raw const plain) == 0
            || syscall(set_disk_priority, 1i64, parent, 2i64 << 13 | 4) == 0
    };
    if reached { a.wrapping_add(b) } else { -99 }
}
