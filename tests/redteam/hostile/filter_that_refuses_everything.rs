//! task: red/add
//! expect: timeout|tampered|crashed
//! attack: installs a filter that answers every call with an error, its own end included
#[repr(C)]
struct Filter(u16, *const [u32; 2]);

extern "C" {
    fn prctl(option: i32, ...) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    let steps = [[0x06u32, 0x0005_0026]];
    let filter = Filter(1, steps.as_ptr());
    unsafe {
        prctl(38, 1u64, 0u64, 0u64, 0u64);
        prctl(22, 2u64, &raw const filter);
    }
    std::process::exit(0)
}
