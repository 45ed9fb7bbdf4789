//! task: red/add
//! expect: compile_error|no_code
//! attack: 30,000 escaped quotes after one that is never closed, for lexers that start over at each
fn add(_a: i32, _b: i32) -> i32 {
    let _text = #"@REPEAT:30000:\"@;
    -99
}
