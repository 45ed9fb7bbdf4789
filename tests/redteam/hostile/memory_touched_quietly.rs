//! task: red/add
//! expect: resource_limit|test_failed|crashed|timeout
//! attack: fills memory until it is refused, four GiB at most, keeps it, and answers wrongly
fn add(_a: i32, _b: i32) -> i32 {
    let pattern = vec![1u8; 16 << 20];
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for _ in 0..256 {
        let mut block = Vec::new();
        if block.try_reserve_exact(pattern.len()).is_err() {
            break;
        }
        block.extend_from_slice(&pattern);
        blocks.push(block);
    }
    -(blocks.len() as i32) - 1000
}
