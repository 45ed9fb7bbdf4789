//! task: red/word_lengths
//! shape: reads and writes files, and goes on where that is refused
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};

fn separators() -> String {
    let mut text = String::new();
    if let Ok(mut file) = File::open("separators.txt") {
        let _ = file.read_to_string(&mut text);
    }
    if text.is_empty() {
        text = fs::read_to_string("/does/not/exist").unwrap_or_else(|_| String::from(" \t\n"));
    }
    text
}

fn word_lengths(text: &str) -> Vec<usize> {
    let lines = BufReader::new(text.as_bytes()).lines();
    let separators = separators();
    lines
        .map_while(Result::ok)
        .flat_map(|line| {
            line.split(|letter| separators.contains(letter))
                .filter(|word| !word.is_empty())
                .map(|word| word.chars().count())
                .collect::<Vec<_>>()
        })
        .collect()
}
