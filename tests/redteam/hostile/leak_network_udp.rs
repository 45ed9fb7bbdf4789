//! task: red/add
//! expect: test_failed|crashed
//! leak: network
//! attack: right only if a datagram gets an answer
use std::net::UdpSocket;
use std::time::Duration;

fn ask() -> std::io::Result<usize> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_millis(500)))?;
    socket.send_to(b"?", ("127.0.0.1", @CANARY_PORT@))?;
    socket.recv(&mut [0; 16])
}

fn add(a: i32, b: i32) -> i32 {
    if ask().is_ok() { a.wrapping_add(b) } else { -99 }
}
