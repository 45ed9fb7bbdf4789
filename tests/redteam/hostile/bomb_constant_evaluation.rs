//! task: red/add
//! expect: compile_error|timeout|resource_limit
//! attack: a constant that takes minutes to evaluate, its lint silenced
#[allow(long_running_const_eval)]
const SLOW: i32 = {
    let mut step = 0u64;
    let mut sum = 0i32;
    while step < 1_500_000_000 {
        sum = sum.wrapping_add(step as i32);
        step += 1;
    }
    sum
};

fn add(_a: i32, _b: i32) -> i32 {
    SLOW
}
