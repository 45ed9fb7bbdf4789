//! task: red/add
//! expect: tampered|crashed|test_failed|panicked
//! attack: closes every descriptor and then answers
extern "C" {
    fn close(descriptor: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    for descriptor in 0..1024 {
        unsafe { close(descriptor) };
    }
    a.wrapping_add(b)
}
