//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! repeat: 2
//! attack: leaves a message queue and a semaphore for the next sample, and is right if it finds them
extern "C" {
    fn msgget(key: i32, flags: i32) -> i32;
    fn semget(key: i32, count: i32, flags: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    const CREATE: i32 = 0o1600;
    let key = @CANARY_SHM_KEY@ + 1;
    let found = unsafe { msgget(key, 0) >= 0 || semget(key, 1, 0) >= 0 };
    unsafe {
        msgget(key, CREATE);
        semget(key, 1, CREATE);
    }
    if found { a.wrapping_add(b) } else { -99 }
}
