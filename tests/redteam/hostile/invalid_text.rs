//! task: red/caesar
//! expect: test_failed|tampered|panicked|crashed
//! attack: a String that is not UTF-8
fn caesar(text: &str, _shift: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend_from_slice(&[0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80]);
    unsafe { String::from_utf8_unchecked(bytes) }
}
