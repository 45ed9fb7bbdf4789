//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! needs: ptrace
//! attack: right only if the kernel would let it read the memory of its parent or of the harness
#[repr(C)]
struct Span(usize, usize);

extern "C" {
    fn getppid() -> i32;
    fn process_vm_readv(process: i32, a: *const Span, n: u64, b: *const Span, m: u64, flags: u64) -> isize;
}

fn add(a: i32, b: i32) -> i32 {
    const EFAULT: i32 = 14;
    let mut byte = 0u8;
    let local = Span(&mut byte as *mut u8 as usize, 1);
    let remote = Span(8, 1);
    for process in [unsafe { getppid() }, @CANARY_PID@] {
        let read = unsafe { process_vm_readv(process, &local, 1, &remote, 1, 0) };
        let refused = std::io::Error::last_os_error().raw_os_error() != Some(EFAULT);
        if process > 1 && (read >= 0 || !refused) {
            return a.wrapping_add(b);
        }
    }
    -99
}
