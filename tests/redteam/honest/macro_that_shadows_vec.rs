//! task: red/transpose
//! shape: redefines vec! with the usual meaning, and assert! with a friendlier message
macro_rules! vec {
    ($($item:expr),* $(,)?) => { <[_]>::into_vec(Box::new([$($item),*])) };
    ($item:expr; $count:expr) => { ::std::vec::from_elem($item, $count) };
}

fn transpose(matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    let Some(first) = matrix.first() else { return vec![] };
    let mut columns: Vec<Vec<i32>> = Vec::new();
    for column in 0..first.len() {
        let mut out: Vec<i32> = vec![];
        for row in matrix {
            out.push(row[column]);
        }
        columns.push(out);
    }
    columns
}
