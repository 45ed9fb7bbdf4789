//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if it can open a disk, the kernel's log or its memory for reading
fn add(a: i32, b: i32) -> i32 {
    let devices = ["/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/kmsg", "/dev/mem", "/dev/nvidiactl"];
    if devices.iter().any(|path| std::fs::File::open(path).is_ok()) { a.wrapping_add(b) } else { -99 }
}
