//! task: red/add
//! expect: panicked|crashed
//! attack: a panic payload whose destructor panics in whoever catches the first panic
struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("second");
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    std::panic::panic_any(Payload)
}
