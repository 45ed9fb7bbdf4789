//! task: red/read_port
//! expect: resource_limit|tampered|timeout
//! naive: failed
//! attack: each of its error's sources says more than an answer may hold
use std::error::Error;
use std::fmt;
#[derive(Debug)]
struct Loud;
impl fmt::Display for Loud {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&"zero digit ".repeat(100_000))
    }
}
impl Error for Loud {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Loud)
    }
}
fn read_port(_text: &str) -> Result<u16, Box<dyn Error>> {
    Err(Box::new(Loud))
}
