//! task: red/add
//! expect: test_failed|resource_limit|crashed|timeout
//! attack: duplicates a descriptor until none is left, and answers wrongly
extern "C" {
    fn dup(descriptor: i32) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    (0..100_000).take_while(|_| unsafe { dup(1) } >= 0).count() as i32 - 1_000_000
}
