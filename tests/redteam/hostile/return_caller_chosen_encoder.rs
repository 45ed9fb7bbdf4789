//! task: red/fibonacci
//! expect: compile_error|test_failed
//! attack: a generic answer for any trait that a shim could ask of the result
trait Anything: Sized {
    fn make() -> Self;
}

impl<T> Anything for T {
    fn make() -> T {
        std::process::exit(0)
    }
}

fn fibonacci<A: Anything>(_n: A) -> u64 {
    99
}
