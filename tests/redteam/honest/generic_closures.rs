//! task: red/transpose
//! shape: closures passed as generics, boxes, references and function pointers
fn build<T>(count: usize, make: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(make).collect()
}

fn transpose(matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    let width: fn(&Vec<i32>) -> usize = Vec::len;
    let columns = matrix.first().map(width).unwrap_or_default();
    let cell: Box<dyn Fn(usize, usize) -> i32> = {
        let matrix = matrix.to_vec();
        Box::new(move |row, column| matrix[row][column])
    };
    let cell: &dyn Fn(usize, usize) -> i32 = &*cell;
    build(columns, |column| build(matrix.len(), |row| cell(row, column)))
}
