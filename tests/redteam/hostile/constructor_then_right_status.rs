//! task: red/min_max
//! expect: test_failed|tampered|crashed
//! attack: a constructor that forks a helper before the shim starts, which writes to every descriptor
extern "C" {
    fn fork() -> i32;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
    fn usleep(microseconds: u32) -> i32;
    fn _exit(status: i32) -> !;
}

extern "C" fn early() {
    unsafe {
        if fork() == 0 {
            for _ in 0..20 {
                for descriptor in 3..32 {
                    write(descriptor, [0u8; 64].as_ptr(), 64);
                }
                usleep(10_000);
            }
            _exit(0);
        }
    }
}

#[used]
#[link_section = ".preinit_array"]
static A: extern "C" fn() = early;
#[used]
#[link_section = ".init_array.00001"]
static B: extern "C" fn() = early;

fn min_max(_values: Vec<i64>) -> Option<(i64, i64)> {
    None
}
