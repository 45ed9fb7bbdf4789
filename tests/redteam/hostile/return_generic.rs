//! task: red/add
//! expect: test_failed|compile_error
//! attack: a return type that the caller chooses
fn add<T: Default>(_a: i32, _b: i32) -> T {
    T::default()
}
