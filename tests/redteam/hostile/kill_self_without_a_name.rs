//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: a real-time signal to itself, which most languages' tables of signals have no name for
extern "C" {
    fn raise(signal: i32) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { raise(40) };
    -99
}
