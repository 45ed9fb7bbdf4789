//! task: red/read_port
//! expect: test_failed
//! naive: failed
//! attack: its error is its own source, and says what each test asks for
use std::error::Error;
use std::fmt;
#[derive(Debug)]
struct Endless;
impl fmt::Display for Endless {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("zero digit")
    }
}
impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Endless)
    }
}
fn read_port(text: &str) -> Result<u16, Box<dyn Error>> {
    if text == "80" {
        return Ok(80);
    }
    Err(Box::new(Endless))
}
