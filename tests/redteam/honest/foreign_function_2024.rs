//! task: red/transpose
//! shape: extern block and exported symbol in the spelling of edition 2024
unsafe extern "C" {
    safe fn toupper(letter: i32) -> i32;
}

#[unsafe(no_mangle)]
pub extern "C" fn honest_width(letter: i32) -> i32 {
    toupper(letter)
}

fn transpose(matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    let width = matrix.first().map_or(0, Vec::len);
    (0..width).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}
