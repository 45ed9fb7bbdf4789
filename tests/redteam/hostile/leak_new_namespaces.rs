//! task: red/add
//! expect: test_failed|crashed
//! leak: privilege
//! needs: namespaces
//! attack: right only if it can make itself root of a new user namespace
extern "C" {
    fn unshare(flags: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    const NEW_USER: i32 = 0x1000_0000;
    const NEW_MOUNT: i32 = 0x0002_0000;
    const NEW_NETWORK: i32 = 0x4000_0000;
    let made = [NEW_MOUNT, NEW_NETWORK, NEW_USER].iter().any(|kind| unsafe { unshare(*kind) } == 0);
    if made { a.wrapping_add(b) } else { -99 }
}
