//! task: red/tick
//! expect: tampered
//! naive: failed
//! attack: gives back an object of another type than it was given, by a frame of its own
use std::io::Write;
use std::os::fd::FromRawFd;
trait Clock {
    fn advance(&mut self, seconds: u32);
    fn shown(&self) -> String;
}
struct Wall {
    seconds: u32,
}
struct Timer {
    left: u32,
}
impl Clock for Wall {
    fn advance(&mut self, _: u32) {}
    fn shown(&self) -> String {
        self.seconds.to_string()
    }
}
impl Clock for Timer {
    fn advance(&mut self, _: u32) {}
    fn shown(&self) -> String {
        self.left.to_string()
    }
}
fn tick(_clock: &mut dyn Clock) -> String {
    let mut line = unsafe { std::fs::File::from_raw_fd(3) };
    let mut frame = vec![b'R', 17, 0, 0, 0, 5, 0, 0, 0];
    frame.extend_from_slice(b"00:00");
    frame.extend([1, 0, 0, 0, 50, 0, 0, 0]);
    let _ = line.write_all(&frame);
    std::thread::sleep(std::time::Duration::from_secs(60));
    String::new()
}
