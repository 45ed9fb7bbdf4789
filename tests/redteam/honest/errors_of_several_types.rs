//! task: red/read_port
//! shape: errors of an own type, with a source, behind one boxed error
use std::error::Error;
use std::fmt;
use std::num::ParseIntError;
#[derive(Debug)]
enum PortError {
    Zero,
    Number(ParseIntError),
}
impl fmt::Display for PortError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => out.write_str("zero"),
            Self::Number(error) => error.fmt(out),
        }
    }
}
impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Zero => None,
            Self::Number(error) => Some(error),
        }
    }
}
fn read_port(text: &str) -> Result<u16, Box<dyn Error>> {
    let port: u16 = text.parse().map_err(PortError::Number)?;
    if port == 0 {
        return Err(Box::new(PortError::Zero));
    }
    Ok(port)
}
