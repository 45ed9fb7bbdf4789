//! task: red/letter_counts
//! expect: test_failed|crashed|tampered|panicked
//! attack: a map with no entries under keys that do not exist
use std::collections::HashMap;

fn letter_counts(_text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for value in 0x0011_0000u32..0x0011_0010 {
        counts.insert(unsafe { std::mem::transmute::<u32, char>(value) }, 1);
    }
    counts
}
