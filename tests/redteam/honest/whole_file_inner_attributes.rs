//! task: red/word_lengths
//! shape: inner attributes and inner documentation at the top
#![allow(dead_code, unused_variables)]
#![warn(clippy::all)]

//! Lengths of words.

/// The lengths.
fn word_lengths(text: &str) -> Vec<usize> {
    text.split_whitespace().map(|word| word.chars().count()).collect()
}
