//! task: red/add
//! shape: a program with a main that prints
use std::io::{self, Write};

fn add(a: i32, b: i32) -> i32 {
    a + b
}

fn main() -> io::Result<()> {
    writeln!(io::stdout(), "{}", add(1, 2))?;
    std::process::exit(0)
}
