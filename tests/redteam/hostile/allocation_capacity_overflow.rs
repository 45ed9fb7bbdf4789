//! task: red/add
//! expect: panicked
//! naive: failed
//! attack: an allocation larger than any address space
fn add(_a: i32, _b: i32) -> i32 {
    let block: Vec<u64> = Vec::with_capacity(std::hint::black_box(usize::MAX));
    block.len() as i32 - 1000
}
