//! task: red/add
//! shape: the function in a public module with tests of its own, imported by name
pub mod solution {
    pub(super) mod inner {
        pub(in super::super) const ZERO: i32 = 0;

        pub fn add(a: i32, b: i32) -> i32 {
            a.wrapping_add(b)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::inner::*;

        #[test]
        fn adds() {
            assert_eq!(add(1, 2), 3);
        }
    }
}

pub use solution::inner::add;
use solution::inner::ZERO;

const _: () = assert!(ZERO == 0);
