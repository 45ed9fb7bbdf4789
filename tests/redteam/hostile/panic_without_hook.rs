//! task: red/add
//! expect: panicked
//! naive: failed
//! attack: unwinds with a payload that is no text, past the panic hook
fn add(_a: i32, _b: i32) -> i32 {
    std::panic::resume_unwind(Box::new([0u8; 16]))
}
