//! task: red/nth_char
//! expect: compile_error
//! attack: an enum named Option, with variants in scope under the prelude's names
#[derive(Debug)]
pub enum Option<T> {
    Some(T),
    None,
}
pub use Option::{None, Some};

impl<T> PartialEq for Option<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

fn nth_char(_text: &str, _place: usize) -> Option<char> {
    None
}
