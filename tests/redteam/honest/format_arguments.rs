//! task: red/spell_digits
//! shape: formatting with width, precision, inline names and a Formatter
use std::fmt::{self, Display, Write};

struct Digits(u64);

impl Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:>1$}", self.0, 0);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 {
                f.write_char('-')?;
            }
            let name = match digit {
                '0' => "zero",
                '1' => "one",
                '2' => "two",
                '3' => "three",
                '4' => "four",
                '5' => "five",
                '6' => "six",
                '7' => "seven",
                '8' => "eight",
                '9' => "nine",
                _ => unreachable!("{digit:?} is no digit"),
            };
            write!(f, "{name}")?;
        }
        Ok(())
    }
}

fn spell_digits(number: u64) -> String {
    let mut out = String::from("in digits: ");
    write!(&mut out, "{}", Digits(number)).expect("writing to a string cannot fail");
    out
}
