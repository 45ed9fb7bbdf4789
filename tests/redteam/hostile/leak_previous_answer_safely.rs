//! task: red/spell_digits
//! expect: test_failed|crashed|timeout|tampered
//! attack: the same search with no unsafe, in its neighbours' company, through the lifetime hole (#25860)
use std::hint::black_box;
use std::io::{PipeReader, PipeWriter, Read, Write};

fn shorten<'a, 'b, T: ?Sized>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
    value
}

fn lengthen<'a, T: ?Sized>(value: &'a mut T) -> &'static mut T {
    let shorten: for<'x> fn(_, &'x mut T) -> &'static mut T = shorten;
    shorten(&&(), value)
}

/// A slice of any memory, out of two numbers that are read back as a reference.
#[inline(never)]
fn memory(address: usize, length: usize) -> &'static [u8] {
    enum Slot {
        Numbers(Option<Box<[usize; 2]>>),
        Slice(Option<Box<&'static [u8]>>),
    }
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

fn spell_digits(_number: u64) -> String {
    let Ok((mut reader, mut writer)) = std::io::pipe() else { return String::new() };
    let mine = Box::new(0u64);
    let start = (&*mine as *const u64 as usize) & !4095;
    let mut below = Vec::new();
    for step in 1..4096 {
        let Some(bytes) = page(&mut reader, &mut writer, start - 4096 * step) else { break };
        below.push(bytes);
    }
    below.reverse();
    for step in 0..4096 {
        let Some(bytes) = page(&mut reader, &mut writer, start + 4096 * step) else { break };
        below.push(bytes);
    }
    let heap = below.concat();
    let wanted: Vec<u8> = [b"nine".to_vec(), b"-zer".to_vec(), b"o-fo".to_vec()].concat();
    let mut rest = heap.as_slice();
    while let Some(skip) = rest.iter().position(|byte| *byte == b'n') {
        rest = &rest[skip..];
        let length = rest.iter().position(|byte| !matches!(byte, b'a'..=b'z' | b'-')).unwrap_or(0);
        if rest.starts_with(&wanted) && rest[..length].ends_with(b"eight") {
            return format!("in digits: {}", String::from_utf8_lossy(&rest[..length]));
        }
        rest = &rest[1..];
    }
    String::new()
}
