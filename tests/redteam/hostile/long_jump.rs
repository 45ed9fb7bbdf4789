//! task: red/add
//! expect: test_failed|crashed|tampered|panicked|timeout
//! attack: jumps back into an earlier call's frame from a later one
extern "C" {
    fn _setjmp(buffer: *mut u64) -> i32;
    fn longjmp(buffer: *mut u64, value: i32) -> !;
}

static mut BUFFER: [u64; 64] = [0; 64];
static mut CALLS: u32 = 0;

fn add(_a: i32, _b: i32) -> i32 {
    unsafe {
        CALLS += 1;
        if CALLS == 1 {
            _setjmp(std::ptr::addr_of_mut!(BUFFER) as *mut u64);
            return 3;
        }
        if CALLS < 8 {
            longjmp(std::ptr::addr_of_mut!(BUFFER) as *mut u64, 1);
        }
    }
    0
}
