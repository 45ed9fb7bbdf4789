//! task: red/add
//! expect: test_failed|crashed
//! leak: network
//! needs: interface
//! attack: right only if it can ask the kernel for the name of one of the host's interfaces
extern "C" {
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
    fn ioctl(descriptor: i32, request: u64, ...) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    const NAME_OF_INDEX: u64 = 0x8910;
    const HARDWARE: [&[u8]; 6] = [b"eth", b"en", b"wl", b"ib", b"docker", b"veth"];
    for (domain, kind) in [(2, 2), (10, 2), (1, 2), (16, 3)] {
        let descriptor = unsafe { socket(domain, kind, 0) };
        for index in 1i32..64 {
            let mut request = [0u8; 64];
            request[16..20].copy_from_slice(&index.to_ne_bytes());
            if unsafe { ioctl(descriptor, NAME_OF_INDEX, request.as_mut_ptr()) } == 0
                && HARDWARE.iter().any(|start| request.starts_with(start))
            {
                return a.wrapping_add(b);
            }
        }
    }
    -99
}
