//! task: red/add
//! expect: timeout|crashed|test_failed
//! attack: stops itself, so that a wait for its end never returns; dies with its parent
extern "C" {
    fn getpid() -> i32;
    fn kill(process: i32, signal: i32) -> i32;
    fn prctl(option: i32, ...) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe {
        prctl(1, 9usize);
        kill(getpid(), 19);
    }
    -99
}
