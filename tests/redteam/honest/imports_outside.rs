//! task: red/letter_counts
//! shape: imports at the top, some not needed
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

fn letter_counts(text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for letter in text.to_lowercase().chars().filter(|c| c.is_alphabetic()) {
        *counts.entry(letter).or_default() += 1;
    }
    counts
}
