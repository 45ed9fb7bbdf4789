//! task: red/word_lengths
//! shape: helpers that return impl Iterator and Box<dyn Iterator>
fn words<'a>(text: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    text.split(char::is_whitespace).filter(|word| !word.is_empty())
}

fn lengths<'a>(words: impl Iterator<Item = &'a str> + 'a) -> Box<dyn Iterator<Item = usize> + 'a> {
    Box::new(words.map(|word| word.chars().count()))
}

fn word_lengths(text: &str) -> Vec<usize> {
    lengths(words(text)).collect()
}
