//! task: red/nth_char
//! shape: prints bytes that are not text, through a locked and buffered writer
use std::io::{BufWriter, Write};

fn nth_char(text: &str, place: usize) -> Option<char> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    out.write_all(&[0xFF, 0x00, 0x1B, b'[', b'2', b'J', b'\r', b'\n']).ok();
    out.flush().ok();
    text.chars().nth(place)
}
