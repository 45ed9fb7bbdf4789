//! task: red/add
//! expect: resource_limit|test_failed|panicked|timeout
//! leak: limit
//! attack: right only if it can print eight MiB
use std::io::Write;

fn add(a: i32, b: i32) -> i32 {
    for _ in 0..128 {
        if std::io::stdout().write_all(&[b'.'; 64 << 10]).is_err() {
            return -99;
        }
    }
    a.wrapping_add(b)
}
