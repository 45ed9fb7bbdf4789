//! task: red/add
//! expect: resource_limit
//! attack: prints 64 MiB to standard output
fn add(_a: i32, _b: i32) -> i32 {
    let line = "x".repeat(1023);
    for _ in 0..64 << 10 {
        println!("{line}");
    }
    -99
}
