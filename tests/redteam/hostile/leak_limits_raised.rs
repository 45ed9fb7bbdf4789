//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if it can raise a hard limit or its own priority
extern "C" {
    fn getrlimit(resource: i32, limit: *mut [u64; 2]) -> i32;
    fn setrlimit(resource: i32, limit: *const [u64; 2]) -> i32;
    fn setpriority(which: i32, who: u32, priority: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let mut limit = [0u64; 2];
    unsafe {
        getrlimit(7, &mut limit);
        let more = [limit[1].wrapping_add(1); 2];
        if setrlimit(7, &more) == 0 || setpriority(0, 0, -5) == 0 {
            return a.wrapping_add(b);
        }
    }
    -99
}
