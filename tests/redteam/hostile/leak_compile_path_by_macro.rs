//! task: red/add
//! expect: compile_error
//! leak: file
//! attack: the same, the path put together by macros and the names raw identifiers
fn add(a: i32, b: i32) -> i32 {
    let secret = r#include_str!(concat!("@CANARY_DIR@", "/", stringify!(secret), ".", "txt"));
    if secret.contains("@CANARY_SECRET@") { a.wrapping_add(b) } else { -99 }
}
