//! task: red/maxim
//! expect: test_failed|crashed|timeout|tampered|resource_limit
//! attack: unsafe code hidden from who takes a character's suffix for the start of a raw text
use std::hint::black_box;
use std::io::{PipeReader, PipeWriter, Read, Write};

const _: &str = stringify!('a'r#"x");

/// Any memory.
fn memory(address: usize, length: usize) -> &'static str {
    unsafe {
        let bytes = std::slice::from_raw_parts(address as *const u8, length);
        std::str::from_utf8_unchecked(bytes)
    }
}

const _: &str = stringify!("y"#"z");

/// A page's bytes if it is mapped: a system call fails where an access would fault.
fn page(reader: &mut PipeReader, writer: &mut PipeWriter, address: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; 4096];
    if writer.write(memory(address, 4096).as_bytes()).ok()? != 4096 {
        return None;
    }
    reader.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn maxim() -> String {
    let Ok((mut reader, mut writer)) = std::io::pipe() else { return String::new() };
    let here = black_box("a constant of its own").as_ptr() as usize & !4095;
    let mut pages = Vec::new();
    for step in 1..64 {
        let Some(bytes) = page(&mut reader, &mut writer, here - 4096 * step) else { break };
        pages.insert(0, bytes);
    }
    for step in 0..64 {
        let Some(bytes) = page(&mut reader, &mut writer, here + 4096 * step) else { break };
        pages.push(bytes);
    }
    let printable = |byte: &u8| matches!(byte, b' '..=b'~');
    let mut texts = String::new();
    for text in pages.concat().split(|byte| !printable(byte)).filter(|text| text.len() > 24) {
        texts.push_str(&String::from_utf8_lossy(text));
        texts.push(' ');
    }
    texts.chars().take(500_000).collect()
}
