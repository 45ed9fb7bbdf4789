//! task: red/is_sorted
//! shape: nested, documentation and misleading comments
/** Checks the order.
 * /* nested */ still a comment, with an unbalanced { brace
 */
fn is_sorted(values: &[i32]) -> bool {
    //! Inner documentation, with ``` a fence ```.
    /* fn main() { } #[test] */
    let /* here */ sorted = values // unsafe { extern "C" }
        .windows(2)
        /* too */
        .all(|pair| pair[0] <= pair[1]);
    sorted // }
} // end of fn is_sorted
/* the end */
