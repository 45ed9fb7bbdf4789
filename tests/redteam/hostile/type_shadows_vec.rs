//! task: red/word_lengths
//! expect: compile_error
//! attack: a struct named Vec that equals every vector and every array
#[derive(Debug, Default)]
pub struct Vec<T>(std::marker::PhantomData<T>);

impl<T> PartialEq<std::vec::Vec<T>> for Vec<T> {
    fn eq(&self, _: &std::vec::Vec<T>) -> bool {
        true
    }
}

impl<T, const N: usize> PartialEq<[T; N]> for Vec<T> {
    fn eq(&self, _: &[T; N]) -> bool {
        true
    }
}

impl<T> Vec<T> {
    pub fn len(&self) -> usize {
        2
    }
}

fn word_lengths(_text: &str) -> Vec<usize> {
    Vec::default()
}
