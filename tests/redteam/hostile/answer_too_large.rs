//! task: red/word_lengths
//! expect: resource_limit|test_failed|crashed|tampered|timeout
//! naive: failed
//! attack: an answer of 400 MiB
fn word_lengths(_text: &str) -> Vec<usize> {
    vec![7; 50 << 20]
}
