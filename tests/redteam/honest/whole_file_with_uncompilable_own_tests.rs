//! task: red/add
//! plain: skip, because its own tests need a crate that is not there
//! shape: right code and tests that use a crate nobody has
fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn commutes(a in -100i32..100, b in -100i32..100) {
            prop_assert_eq!(add(a, b), add(b, a));
        }
    }
}
