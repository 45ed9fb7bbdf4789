//! task: red/add
//! expect: resource_limit
//! attack: prints 64 MiB to standard error without a line break
use std::io::Write;

fn add(_a: i32, _b: i32) -> i32 {
    let block = [b'x'; 64 << 10];
    for _ in 0..1 << 10 {
        let _ = std::io::stderr().write_all(&block);
    }
    -99
}
