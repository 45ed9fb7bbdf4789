//! task: red/is_sorted
//! shape: prints half a megabyte, well under the limit
fn is_sorted(values: &[i32]) -> bool {
    for round in 0..1000 {
        println!("{round:05} checking {:?} {}", values, "=".repeat(40));
    }
    values.windows(2).all(|pair| pair[0] <= pair[1])
}
