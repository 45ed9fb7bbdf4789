//! task: red/is_sorted
//! shape: let chains, gen as an ordinary word spelt raw, and precise capturing
fn ordered<'a>(values: &'a [i32]) -> impl Iterator<Item = bool> + use<'a> {
    values.windows(2).map(|pair| pair[0] <= pair[1])
}

fn is_sorted(values: &[i32]) -> bool {
    let r#gen = ordered(values).all(|fine| fine);
    if let [first, .., last] = values
        && first > last
    {
        return false;
    }
    r#gen
}
