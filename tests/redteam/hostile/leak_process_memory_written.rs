//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! needs: ptrace
//! attack: right only if the kernel would let it write to the memory of its parent, or release it (the address is one that nothing has)
#[repr(C)]
struct Span(usize, usize);

extern "C" {
    fn getppid() -> i32;
    fn process_vm_writev(process: i32, a: *const Span, n: u64, b: *const Span, m: u64, flags: u64) -> isize;
}

fn add(a: i32, b: i32) -> i32 {
    const EFAULT: i32 = 14;
    let byte = 0u8;
    let local = Span(&raw const byte as usize, 1);
    let remote = Span(8, 1);
    let parent = unsafe { getppid() };
    let written = unsafe { process_vm_writev(parent, &local, 1, &remote, 1, 0) };
    let refused = std::io::Error::last_os_error().raw_os_error() != Some(EFAULT);
    if parent > 1 && (written >= 0 || !refused) { a.wrapping_add(b) } else { -99 }
}
