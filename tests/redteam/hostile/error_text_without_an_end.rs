//! task: red/read_port
//! expect: timeout
//! naive: failed
//! attack: writing out its error never ends
use std::error::Error;
use std::fmt;
#[derive(Debug)]
struct Endless;
impl fmt::Display for Endless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            std::hint::spin_loop();
        }
    }
}
impl Error for Endless {}
fn read_port(_text: &str) -> Result<u16, Box<dyn Error>> {
    Err(Box::new(Endless))
}
