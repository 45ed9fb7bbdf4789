//! task: red/letter_counts
//! shape: an import after the function that needs it
fn letter_counts(text: &str) -> Counts {
    text.chars()
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .fold(Counts::new(), |mut counts, letter| {
            *counts.entry(letter).or_insert(0usize) += 1;
            counts
        })
}

type Counts = HashMap<char, usize>;
use std::collections::HashMap;
