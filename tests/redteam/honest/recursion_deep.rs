//! task: red/word_lengths
//! shape: recursion ten thousand levels deep, within the stack a test has
fn depth(level: u32) -> u32 {
    if level == 0 { 0 } else { 1 + std::hint::black_box(depth(level - 1)) }
}

fn word_lengths(text: &str) -> Vec<usize> {
    assert_eq!(depth(10_000), 10_000);
    text.split_whitespace().map(|word| word.chars().count()).collect()
}
