//! task: red/add
//! expect: panicked|resource_limit|timeout
//! naive: failed
//! attack: a panic message of 16 MiB
fn add(_a: i32, _b: i32) -> i32 {
    panic!("{}", "long ".repeat(3 << 20))
}
