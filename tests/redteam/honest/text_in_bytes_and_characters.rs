//! task: red/nth_char
//! shape: char_indices, bytes, slices and escapes
fn nth_char(text: &str, place: usize) -> Option<char> {
    let (start, _) = text.char_indices().nth(place)?;
    let width = match text.as_bytes()[start] {
        0x00..=0x7F => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    };
    let letter = text.get(start..start + width)?;
    assert_ne!(letter, "\u{0}\x7f\t\\\"");
    letter.chars().next()
}
