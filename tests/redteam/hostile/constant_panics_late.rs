//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: a compile error that only appears when a generic is instantiated, in nobody's file
struct Check<const N: usize>;

impl<const N: usize> Check<N> {
    const OK: usize = 1 / (N - 4);
}

fn check<const N: usize>() -> usize {
    Check::<N>::OK
}

fn add(_a: i32, _b: i32) -> i32 {
    check::<4>() as i32
}
