//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! attack: right only if it can attach a shared memory segment of another process
extern "C" {
    fn shmget(key: i32, size: usize, flags: i32) -> i32;
    fn shmat(segment: i32, address: usize, flags: i32) -> isize;
}

fn add(a: i32, b: i32) -> i32 {
    let segment = unsafe { shmget(@CANARY_SHM_KEY@, 0, 0) };
    if segment >= 0 && unsafe { shmat(segment, 0, 0o10000) } != -1 { a.wrapping_add(b) } else { -99 }
}
