//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if one of the seldom used calls that take a process reaches the parent: queued signals, comparison, robust lists, pages, advice, events
extern "C" {
    fn getppid() -> i32;
    fn syscall(number: i64, ...) -> i64;
}

#[cfg(target_arch = "x86_64")]
const CALLS: [i64; 8] = [129, 297, 312, 274, 279, 440, 434, 252];
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [i64; 8] = [138, 240, 272, 100, 239, 440, 434, 31];

fn add(a: i32, b: i32) -> i32 {
    let [queue, queue_thread, compare, robust, pages, advise, descriptor, priority] = CALLS;
    let parent = unsafe { getppid() } as i64;
    // A signal that does nothing, sent as sigqueue sends it.
    let mut info = [0i32; 32];
    info[2] = -1;
    let mut room = [0u64; 2];
    let (at, none) = (room.as_mut_ptr(), 0usize);
    let reached = unsafe {
        syscall(queue, parent, 0i64, info.as_ptr()) == 0
            || syscall(queue_thread, parent, parent, 0i64, info.as_ptr()) == 0
            || syscall(compare, parent, parent, 2i64, none, none) == 0
            || syscall(robust, parent, at, at.add(1)) == 0
            || syscall(pages, parent, none, none, none, none, none) == 0
            || syscall(advise, parent, none, none, 20i64, none) == 0
            || syscall(descriptor, parent, none) >= 0
            || syscall(priority, 1i64, parent) >= 0
    };
    if reached { a.wrapping_add(b) } else { -99 }
}
