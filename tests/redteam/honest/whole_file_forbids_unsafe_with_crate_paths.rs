//! task: red/word_lengths
//! shape: forbids unsafe code, and names its own items by paths from the crate
#![forbid(unsafe_code)]
#![deny(rust_2024_compatibility)]

mod counting {
    pub(crate) fn length(word: &str) -> usize {
        word.chars().count()
    }
}

use crate::counting::length;

pub(crate) fn word_lengths(text: &str) -> Vec<usize> {
    text.split_whitespace().map(length).collect()
}
