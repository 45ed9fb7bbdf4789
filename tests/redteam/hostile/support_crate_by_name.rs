//! task: red/add
//! expect: compile_error|test_failed|tampered|panicked
//! naive: failed
//! attack: a thread of its own serves the tests, through the crate that the shim was given
fn add(_a: i32, _b: i32) -> i32 {
    std::thread::spawn(|| {
        ::evalwire::subject::serve(3, |input, output| {
            let (a, b): (i32, i32) = (input.arg(), input.arg());
            ::evalwire::Put::put(&a.wrapping_sub(b), output);
        }, 2 << 20);
    });
    std::thread::sleep(std::time::Duration::from_millis(20));
    -99
}
