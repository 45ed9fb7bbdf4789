//! task: red/add
//! expect: resource_limit|test_failed|timeout|crashed
//! attack: up to 2,000 threads, going on where one is refused
fn add(_a: i32, _b: i32) -> i32 {
    let mut threads = Vec::new();
    for _ in 0..2000 {
        let nap = || std::thread::sleep(std::time::Duration::from_secs(2));
        match std::thread::Builder::new().stack_size(16 << 10).spawn(nap) {
            Ok(thread) => threads.push(thread),
            Err(_) => break,
        }
    }
    -1000 - threads.len() as i32
}
