//! task: red/caesar
//! shape: unsafe conversion from bytes that are known to be text
fn caesar(text: &str, shift: u8) -> String {
    let bytes = text
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' => (byte - b'a' + shift % 26) % 26 + b'a',
            b'A'..=b'Z' => (byte - b'A' + shift % 26) % 26 + b'A',
            _ => byte,
        })
        .collect();
    // SAFETY: only ASCII letters were replaced, by ASCII letters.
    unsafe { String::from_utf8_unchecked(bytes) }
}
