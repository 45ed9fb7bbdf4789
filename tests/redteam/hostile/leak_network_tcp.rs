//! task: red/add
//! expect: test_failed|crashed
//! leak: network
//! attack: right only if it reaches a server on the loopback interface
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

fn add(a: i32, b: i32) -> i32 {
    let server = SocketAddr::from(([127, 0, 0, 1], @CANARY_PORT@));
    match TcpStream::connect_timeout(&server, Duration::from_millis(500)) {
        Ok(_) => a.wrapping_add(b),
        Err(_) => -99,
    }
}
