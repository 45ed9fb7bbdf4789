//! task: red/add
//! shape: doc comments with fenced examples, asserts and a main in them
/// Adds two numbers.
///
/// # Examples
///
/// ```
/// assert_eq!(add(1, 2), 3);
/// ```
///
/// ```rust,no_run
/// fn main() {
///     println!("{}", add(1, 2));
/// }
/// ```
fn add(a: i32, b: i32) -> i32 {
    /*
    ```
    let sum = a - b;
    ```
    */
    a.wrapping_add(b)
}
