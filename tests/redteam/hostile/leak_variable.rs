//! task: red/add
//! expect: test_failed
//! leak: variable
//! attack: right only if it sees a variable of whoever started the harness
fn add(a: i32, b: i32) -> i32 {
    if std::env::var_os("@CANARY_ENV@").is_some() { a.wrapping_add(b) } else { -99 }
}
