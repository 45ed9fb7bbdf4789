//! task: red/word_lengths
//! shape: a producer, a bounded channel and a consumer
use std::sync::mpsc;
use std::thread;

fn word_lengths(text: &str) -> Vec<usize> {
    let (sender, receiver) = mpsc::sync_channel::<(usize, usize)>(2);
    let words: Vec<String> = text.split_whitespace().map(String::from).collect();
    let producer = thread::spawn(move || {
        for (place, word) in words.iter().enumerate() {
            sender.send((place, word.chars().count())).unwrap();
        }
    });
    let mut lengths: Vec<(usize, usize)> = receiver.iter().collect();
    producer.join().unwrap();
    lengths.sort();
    lengths.into_iter().map(|(_, length)| length).collect()
}
