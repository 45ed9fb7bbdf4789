//! task: red/dedup_count
//! shape: a table of two hundred megabytes that is mostly never touched
fn dedup_count(values: &mut Vec<i32>) -> usize {
    let mut seen = vec![0u8; 200 << 20];
    let before = values.len();
    values.retain(|value| {
        let place = (*value as u32 as usize) % seen.len();
        std::mem::replace(&mut seen[place], 1) == 0
    });
    before - values.len()
}
