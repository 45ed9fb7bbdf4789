//! task: red/add
//! expect: resource_limit|crashed|panicked|timeout
//! attack: fills four GiB of memory
fn add(_a: i32, _b: i32) -> i32 {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for seed in 0..64u8 {
        blocks.push(vec![seed | 1; 64 << 20]);
    }
    blocks.iter().map(|block| block[1] as i32).sum::<i32>() - 100_000
}
