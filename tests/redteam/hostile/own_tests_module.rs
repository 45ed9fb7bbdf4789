//! task: red/add
//! expect: test_failed|compile_error
//! attack: brings a tests module, a main and passing tests of its own
fn add(_a: i32, _b: i32) -> i32 {
    -99
}

#[cfg(test)]
mod tests {
    #[test]
    fn test_add() {}
}

fn main() {
    println!("test result: ok. 1 passed; 0 failed");
}
