//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! attack: right only if it gets a descriptor on which it can answer its own system calls (a filter with a listener)
#[repr(C)]
struct Filter(u16, *const u64);

extern "C" {
    fn prctl(option: i32, ...) -> i32;
    fn syscall(number: i64, ...) -> i64;
}

const SECCOMP: i64 = if cfg!(target_arch = "x86_64") { 317 } else { 277 };

fn add(a: i32, b: i32) -> i32 {
    let allow = [0x7fff_0000_0000_0006u64];
    let filter = Filter(1, allow.as_ptr());
    let got = unsafe {
        prctl(38, 1u64, 0u64, 0u64, 0u64);
        syscall(SECCOMP, 1i64, 8i64, &raw const filter) >= 0
    };
    // One process can have one listener: later calls only find that there is one.
    let had = std::io::Error::last_os_error().raw_os_error() == Some(16);
    if got || had { a.wrapping_add(b) } else { -99 }
}
