//! task: red/word_lengths
//! shape: an extension trait implemented for std's types
trait Count {
    fn count_letters(&self) -> usize;
}

impl Count for str {
    fn count_letters(&self) -> usize {
        self.chars().count()
    }
}

impl<T: Count + ?Sized> Count for &T {
    fn count_letters(&self) -> usize {
        (**self).count_letters()
    }
}

fn word_lengths(text: &str) -> Vec<usize> {
    text.split_ascii_whitespace().map(|word| word.count_letters()).collect()
}
