//! task: red/parse_sum
//! shape: an error enum with Display, Error and From, turned into text at the end
use std::error::Error;
use std::fmt;
use std::num::ParseIntError;

#[derive(Debug)]
enum Fault {
    Field(String, ParseIntError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fault::Field(field, _) => f.write_str(field),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let Fault::Field(_, error) = self;
        Some(error)
    }
}

fn sum(text: &str) -> Result<i32, Box<dyn Error>> {
    let mut sum = 0;
    for field in text.split(',').map(str::trim) {
        sum += field.parse::<i32>().map_err(|error| Fault::Field(field.to_string(), error))?;
    }
    Ok(sum)
}

fn parse_sum(text: &str) -> Result<i32, String> {
    if text.is_empty() { Ok(0) } else { sum(text).map_err(|error| error.to_string()) }
}
