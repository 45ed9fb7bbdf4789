//! task: red/add
//! expect: timeout
//! attack: ignores every signal that can be ignored and burns CPU for a minute
extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
}

fn add(_a: i32, _b: i32) -> i32 {
    for number in 1..32 {
        unsafe { signal(number, 1) };
    }
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 60 {
        std::hint::black_box(0);
    }
    -99
}
