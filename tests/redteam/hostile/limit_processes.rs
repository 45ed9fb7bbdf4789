//! task: red/add
//! expect: test_failed|resource_limit|crashed|timeout
//! leak: limit
//! attack: right only if it can start a process of its own
extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

fn add(a: i32, b: i32) -> i32 {
    let mut status = 0;
    unsafe {
        let child = fork();
        if child == 0 {
            _exit(5);
        }
        if child > 0 && waitpid(child, &mut status, 0) == child && status >> 8 == 5 {
            return a.wrapping_add(b);
        }
    }
    -99
}
