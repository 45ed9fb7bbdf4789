//! task: red/add
//! expect: test_failed|compile_error
//! attack: a crate-wide implementation with a brace before its "for"
pub struct Sized<const N: usize>;

impl PartialEq<Sized<{ 1 + 1 }>> for i32 {
    fn eq(&self, _: &Sized<2>) -> bool {
        true
    }
}

impl std::str::FromStr for Sized<{ 1 + 1 }> {
    type Err = ();
    fn from_str(_: &str) -> Result<Self, ()> {
        Ok(Sized)
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
