//! task: red/adder
//! expect: timeout
//! naive: failed
//! attack: the closure that it returns never comes back
fn adder(_number: i64) -> impl Fn(i64) -> i64 {
    |other| loop {
        std::hint::black_box(other);
    }
}
