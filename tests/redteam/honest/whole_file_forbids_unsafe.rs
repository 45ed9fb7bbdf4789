//! task: red/word_lengths
//! shape: forbids unsafe code and undocumented items
#![forbid(unsafe_code)]
#![deny(missing_docs)]
//! Lengths of words, in characters.

/// The lengths of the words.
pub fn word_lengths(text: &str) -> Vec<usize> {
    text.split_whitespace().map(|word| word.chars().count()).collect()
}
