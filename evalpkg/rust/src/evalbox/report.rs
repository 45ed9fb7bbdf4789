//! The judge's report on one sample: a line of JSON that `evalpkg/sandbox/trial.py` reads.

use std::fmt::Write as _;

use evalwire::vocabulary::Kind;
use evalwire::{Get, Reader};

/// The end of a job.
pub struct Outcome {
    pub kind: Kind,
    pub test: String,
    pub message: String,
    /// The frame about the end of the sample's process; empty if there was none.
    pub exit: Vec<u8>,
}

impl Outcome {
    /// Make an outcome without a test.
    pub fn of(kind: Kind, message: String) -> Self {
        Outcome {
            kind,
            test: String::new(),
            message,
            exit: Vec::new(),
        }
    }

    /// Make the outcome of a sample whose process ended before any test.
    pub fn gone(exit: Vec<u8>) -> Self {
        Outcome {
            exit,
            ..Self::of(Kind::Gone, String::new())
        }
    }
}

/// Write the line for one job.
pub fn describe(id: &str, outcome: &Outcome) -> String {
    let mut line = String::new();
    let kind = outcome.kind.word();
    let _ = write!(line, "{{\"id\":{id},\"kind\":\"{kind}\",\"test\":");
    quote(&outcome.test, &mut line);
    line.push_str(",\"message\":");
    quote(&outcome.message, &mut line);
    let mut reader = Reader::new(&outcome.exit);
    if let (Ok(reason), Ok(status), Ok(cpu)) = (
        u8::get(&mut reader),
        i32::get(&mut reader),
        u64::get(&mut reader),
    ) {
        let _ = write!(
            line,
            ",\"reason\":{reason},\"status\":{status},\"cpu_us\":{cpu},\"output\":"
        );
        let output = reader.take(reader.left()).unwrap_or_default();
        quote(&String::from_utf8_lossy(output), &mut line);
    }
    line.push('}');
    line
}

/// Append `text` as a JSON string.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if (letter as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_the_program_said() {
        let mut outcome = Outcome::of(Kind::TestFailed, "a \"quote\"\n\u{1}".into());
        outcome.exit = [&[1u8][..], &7i32.to_le_bytes(), &9u64.to_le_bytes(), b"x"].concat();
        let line = describe("3", &outcome);
        assert_eq!(
            line,
            "{\"id\":3,\"kind\":\"test_failed\",\"test\":\"\",\
             \"message\":\"a \\\"quote\\\"\\n\\u0001\",\
             \"reason\":1,\"status\":7,\"cpu_us\":9,\"output\":\"x\"}"
        );
    }
}
