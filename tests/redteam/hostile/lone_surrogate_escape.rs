//! task: red/caesar
//! expect: compile_error|no_code
//! naive: failed
//! attack: an escape that is no character
fn caesar(_text: &str, _shift: u8) -> String {
    String::from("\u{D800}")
}
