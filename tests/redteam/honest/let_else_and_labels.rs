//! task: red/add
//! shape: let-else, a labelled block, labelled loops, a block that breaks with a value
fn add(a: i32, b: i32) -> i32 {
    let Some(sum) = a.checked_add(b) else {
        return a.wrapping_add(b);
    };
    let found = 'found: {
        'outer: for i in 0..4 {
            for j in 0..4 {
                if i * j > 2 {
                    continue 'outer;
                }
                if i + j == 6 {
                    break 'outer;
                }
            }
        }
        if sum == a {
            break 'found a;
        }
        sum
    };
    found
}
