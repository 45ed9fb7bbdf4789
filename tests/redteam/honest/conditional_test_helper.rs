//! task: red/add
//! shape: a helper that only exists in test builds, used by tests of its own
fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
fn expected() -> i32 {
    3
}

#[cfg(test)]
mod own {
    #[test]
    fn adds() {
        assert_eq!(super::add(1, 2), super::expected());
    }
}
