//! task: red/add
//! expect: test_failed|resource_limit|crashed|tampered|timeout
//! attack: up to 64 processes that sleep five seconds, and a wrong answer
extern "C" {
    fn fork() -> i32;
    fn sleep(seconds: u32) -> u32;
    fn _exit(status: i32) -> !;
}

fn add(_a: i32, _b: i32) -> i32 {
    let mut made = 0;
    for _ in 0..64 {
        match unsafe { fork() } {
            0 => unsafe {
                sleep(5);
                _exit(0)
            },
            1.. => made += 1,
            _ => break,
        }
    }
    -1000 - made
}
