//! task: red/add
//! expect: test_failed|crashed
//! leak: network
//! attack: right only if it reaches a local socket, by name or in the abstract space
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};

fn add(a: i32, b: i32) -> i32 {
    let named = UnixStream::connect("@CANARY_DIR@/socket").is_ok();
    let abstract_address = SocketAddr::from_abstract_name("@CANARY_ABSTRACT@").unwrap();
    if named || UnixStream::connect_addr(&abstract_address).is_ok() { a.wrapping_add(b) } else { -99 }
}
