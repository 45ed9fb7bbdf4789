//! task: red/add
//! shape: const generics, an associated constant, Display and From of its own
use std::fmt;

struct Numbers<const N: usize>([i32; N]);

impl<const N: usize> Numbers<N> {
    const LEN: usize = N;

    fn sum(&self) -> i32 {
        self.0.iter().fold(0, |sum, number| sum.wrapping_add(*number))
    }
}

impl From<(i32, i32)> for Numbers<2> {
    fn from(pair: (i32, i32)) -> Self {
        Numbers([pair.0, pair.1])
    }
}

impl<const N: usize> fmt::Display for Numbers<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>1$}", self.sum(), Self::LEN)
    }
}

fn add(a: i32, b: i32) -> i32 {
    Numbers::from((a, b)).to_string().trim().parse().unwrap()
}
