//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: a SIGKILL to itself, to look like the harness's own time limit
extern "C" {
    fn getpid() -> i32;
    fn kill(process: i32, signal: i32) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { kill(getpid(), 9) };
    -99
}
