//! task: red/add
//! expect: test_failed|resource_limit|crashed|timeout
//! leak: limit
//! attack: right only if it can fill three GiB
fn add(a: i32, b: i32) -> i32 {
    let pattern = vec![1u8; 16 << 20];
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for _ in 0..192 {
        let mut block = Vec::new();
        if block.try_reserve_exact(pattern.len()).is_err() {
            return -99;
        }
        block.extend_from_slice(&pattern);
        blocks.push(block);
    }
    if std::hint::black_box(&blocks).len() == 192 { a.wrapping_add(b) } else { -99 }
}
