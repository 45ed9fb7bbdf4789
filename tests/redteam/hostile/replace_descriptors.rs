//! task: red/add
//! expect: tampered|crashed|test_failed|timeout|panicked
//! attack: puts a pipe of its own in the place of every descriptor
extern "C" {
    fn pipe(ends: *mut i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    let mut ends = [0i32; 2];
    unsafe {
        if pipe(ends.as_mut_ptr()) == 0 {
            for descriptor in (0..32).filter(|d| !ends.contains(d)) {
                dup2(ends[(descriptor % 2) as usize], descriptor);
            }
        }
    }
    -99
}
