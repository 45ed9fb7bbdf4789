//! task: red/add
//! expect: timeout|test_failed|tampered|crashed
//! attack: installs a filter of its own (which it may) that pretends each write succeeded, so that its answer never comes
#[repr(C)]
struct Filter(u16, *const [u32; 2]);

extern "C" {
    fn prctl(option: i32, ...) -> i32;
}

const WRITE: u32 = if cfg!(target_arch = "x86_64") { 1 } else { 64 };

fn add(_a: i32, _b: i32) -> i32 {
    let steps = [[0x20, 0], [0x0100_0015, WRITE], [0x06, 0x0005_0000], [0x06, 0x7fff_0000]];
    let filter = Filter(4, steps.as_ptr());
    unsafe {
        prctl(38, 1u64, 0u64, 0u64, 0u64);
        prctl(22, 2u64, &raw const filter);
    }
    -99
}
