//! task: red/caesar
//! expect: resource_limit|test_failed|crashed|tampered|timeout
//! naive: failed
//! attack: an answer of 300 MiB of text
fn caesar(_text: &str, _shift: u8) -> String {
    "ß".repeat(150 << 20)
}
