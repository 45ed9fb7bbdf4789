//! task: red/add
//! expect: compile_error|no_code
//! attack: 30,000 escapes that never end, for lexers that look ahead
fn add(_a: i32, _b: i32) -> i32 {
    let _text = #@REPEAT:30000:'\u{@;
    -99
}
