//! task: red/add
//! expect: test_failed|compile_error
//! attack: a crate-wide implementation with a comma before its "for"
pub struct Pair<A, B>(A, B);

impl PartialEq<Pair<u8, u8>> for i32 {
    fn eq(&self, _: &Pair<u8, u8>) -> bool {
        true
    }
}

impl std::ops::Add<Pair<u8, u8>> for i32 {
    type Output = i32;
    fn add(self, _: Pair<u8, u8>) -> i32 {
        -99
    }
}

impl std::str::FromStr for Pair<u8, u8> {
    type Err = ();
    fn from_str(_: &str) -> Result<Self, ()> {
        Ok(Pair(0, 0))
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
