//! task: red/maxim
//! expect: test_failed|crashed|timeout|tampered|resource_limit
//! attack: the same with nothing generic at all: a closure loses its lifetimes on its way through a panic
use std::hint::black_box;
use std::io::{PipeReader, PipeWriter, Read, Write};

type Bytes = Option<Box<&'static str>>;

enum Slot {
    Numbers(Option<Box<[usize; 2]>>),
    Slice(Bytes),
}

/// A slice of any memory, out of two numbers that are read back as a reference. What a panic carried
/// has forgotten how the lifetimes in its signature hang together.
#[inline(never)]
fn memory(address: usize, length: usize) -> &'static str {
    let mut slot = Slot::Slice(None);
    let same = |given| given;
    let mut found = None;
    loop {
        break;
        let _: &mut Bytes = same(&mut None);
        found = Some(same);
    }
    let thrown = std::panic::catch_unwind(move || std::panic::resume_unwind(Box::new(same)));
    if let Err(thrown) = thrown.map(|()| ()) {
        found = thrown.downcast().ok().map(|closure| *closure);
    }
    let (Some(longer), Slot::Slice(slice)) = (found, black_box(&mut slot)) else { return "" };
    let slice = longer(slice);
    slot = Slot::Numbers(Some(Box::new([address, length])));
    black_box(&slot);
    let found = slice.take().map_or("", |text| *text);
    if let Slot::Numbers(numbers) = slot {
        std::mem::forget(numbers);
    }
    found
}

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
