//! task: red/add
//! expect: compile_error|test_failed|no_code
//! attack: a byte order mark and a shebang line before the code
@BOM@#!/usr/bin/env run-cargo-script
fn add(_a: i32, _b: i32) -> i32 {
    -99
}
