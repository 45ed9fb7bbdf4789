//! task: red/add
//! expect: test_failed|compile_error
//! attack: implementations on std's types that make its neighbours' inference ambiguous
pub struct Mine;

impl PartialEq<Mine> for i32 {
    fn eq(&self, _: &Mine) -> bool {
        true
    }
}

impl std::str::FromStr for Mine {
    type Err = ();
    fn from_str(_: &str) -> Result<Self, ()> {
        Ok(Mine)
    }
}

impl std::ops::Add<Mine> for i32 {
    type Output = i32;
    fn add(self, _: Mine) -> i32 {
        -99
    }
}

impl From<Mine> for i32 {
    fn from(_: Mine) -> i32 {
        0
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
