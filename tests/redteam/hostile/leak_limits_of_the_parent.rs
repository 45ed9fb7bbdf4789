//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it may read or set a limit of the process that it was forked from; the low half of the new limit's address is 0
extern "C" {
    fn getppid() -> i32;
    fn mmap(at: usize, length: usize, access: i32, flags: i32, descriptor: i32, offset: i64) -> usize;
    fn syscall(number: i64, ...) -> i64;
}

const PRLIMIT64: i64 = if cfg!(target_arch = "x86_64") { 302 } else { 261 };
const CORE: i64 = 4;

fn reached(parent: i64, at: usize) -> bool {
    unsafe {
        if mmap(at, 4096, 3, 0x10_0022, -1, 0) != at {
            return false;
        }
        let limit = at as *mut u64;
        // What it has already, so that nothing changes.
        let nothing = 0usize;
        let read = syscall(PRLIMIT64, parent, CORE, nothing, at) == 0;
        if !read {
            (*limit, *limit.add(1)) = (0, 0);
        }
        let set = parent > 1 && read && syscall(PRLIMIT64, parent, CORE, at, nothing) == 0;
        read || set
    }
}

fn add(a: i32, b: i32) -> i32 {
    let parent = unsafe { getppid() } as i64;
    let places = [0x1_0000_0000, 0x2_0000_0000, 0x100_0000_0000, 0x1234_0000_0000];
    if places.iter().any(|at| reached(parent, *at)) { a.wrapping_add(b) } else { -99 }
}
