//! task: red/add
//! expect: timeout
//! attack: burns CPU for a minute
fn add(_a: i32, _b: i32) -> i32 {
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 60 {
        std::hint::black_box(0);
    }
    -99
}
