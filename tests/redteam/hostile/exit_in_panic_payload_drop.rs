//! task: red/add
//! expect: tampered|panicked
//! naive: passed
//! attack: a panic payload whose destructor runs in whoever catches the panic
struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        std::process::exit(0);
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    std::panic::panic_any(Payload)
}
