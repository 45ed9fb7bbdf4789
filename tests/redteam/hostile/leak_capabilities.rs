//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: root
//! attack: right only if it holds any capability
extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

fn add(a: i32, b: i32) -> i32 {
    let header = [0x2008_0522u32, 0];
    let mut sets = [0u32; 6];
    let asked = unsafe { syscall(125, header.as_ptr(), sets.as_mut_ptr()) };
    if asked == 0 && sets[0] | sets[1] | sets[3] | sets[4] != 0 { a.wrapping_add(b) } else { -99 }
}
