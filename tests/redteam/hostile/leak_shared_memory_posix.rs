//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! attack: right only if it can open a shared memory object of another process
extern "C" {
    fn open(path: *const i8, flags: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let path = c"/dev/shm/@CANARY_SHM_NAME@";
    if unsafe { open(path.as_ptr(), 0) } >= 0 { a.wrapping_add(b) } else { -99 }
}
