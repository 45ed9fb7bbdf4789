//! task: red/nth_char
//! expect: test_failed|tampered|panicked|crashed
//! attack: characters that do not exist, on either side of the niche that None uses
fn nth_char(text: &str, place: usize) -> Option<char> {
    let value = if place == 2 { 0xD800u32 } else { 0x0011_0001 + text.len() as u32 };
    Some(unsafe { std::mem::transmute::<u32, char>(std::hint::black_box(value)) })
}
