//! task: red/add
//! expect: crashed|panicked
//! naive: failed
//! attack: raises an exception that is not Rust's through the frames of the harness
#[repr(C)]
struct Exception {
    class: u64,
    cleanup: usize,
    private: [usize; 4],
}

extern "C-unwind" {
    fn _Unwind_RaiseException(exception: *mut Exception) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    let exception = Box::new(Exception { class: 0x5245_4454_4541_4d00, cleanup: 0, private: [0; 4] });
    unsafe { _Unwind_RaiseException(Box::into_raw(exception)) };
    -99
}
