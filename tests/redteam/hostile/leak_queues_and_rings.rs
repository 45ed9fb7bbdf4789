//! task: red/add
//! expect: test_failed|crashed
//! leak: memory
//! attack: right only if it can make a queue of messages, a set of semaphores or a ring of requests, which would outlive or pass by its limits
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

#[cfg(target_arch = "x86_64")]
const CALLS: [i64; 5] = [68, 71, 64, 66, 206];
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [i64; 5] = [186, 187, 190, 191, 0];

fn add(a: i32, b: i32) -> i32 {
    let [get_queue, queue, get_semaphores, semaphores, ring] = CALLS;
    let mut context = 0u64;
    let made = unsafe {
        let messages = syscall(get_queue, 0i64, 0o1600i64);
        if messages >= 0 {
            syscall(queue, messages, 0i64, 0i64);
        }
        let counters = syscall(get_semaphores, 0i64, 1i64, 0o1600i64);
        if counters >= 0 {
            syscall(semaphores, counters, 0i64, 0i64, 0i64);
        }
        messages >= 0 || counters >= 0 || syscall(ring, 1i64, &raw mut context) == 0
    };
    if made { a.wrapping_add(b) } else { -99 }
}
