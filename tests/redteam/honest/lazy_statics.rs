//! task: red/caesar
//! shape: LazyLock, OnceLock and OnceCell
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

static PLACES: LazyLock<HashMap<char, u8>> =
    LazyLock::new(|| ('a'..='z').zip(0u8..).chain(('A'..='Z').zip(0u8..)).collect());
static LETTERS: OnceLock<Vec<char>> = OnceLock::new();

fn caesar(text: &str, shift: u8) -> String {
    let letters = LETTERS.get_or_init(|| ('a'..='z').collect());
    let turn = OnceCell::new();
    text.chars()
        .map(|letter| {
            let turn = turn.get_or_init(|| usize::from(shift % 26));
            match PLACES.get(&letter) {
                None => letter,
                Some(place) => {
                    let turned = letters[(usize::from(*place) + turn) % 26];
                    if letter.is_uppercase() { turned.to_ascii_uppercase() } else { turned }
                }
            }
        })
        .collect()
}
