//! task: red/add
//! shape: operators and conversions implemented for a type of its own
use std::fmt;
use std::ops::{Add, AddAssign, Deref};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Number(i32);

impl Add for Number {
    type Output = Number;
    fn add(self, other: Number) -> Number {
        Number(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for Number {
    fn add_assign(&mut self, other: Number) {
        *self = *self + other;
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Number(value)
    }
}

impl From<Number> for i32 {
    fn from(number: Number) -> i32 {
        number.0
    }
}

impl Deref for Number {
    type Target = i32;
    fn deref(&self) -> &i32 {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

fn add(a: i32, b: i32) -> i32 {
    let mut sum = Number::from(a);
    sum += b.into();
    assert!(sum.to_string().starts_with('#'));
    sum.into()
}
