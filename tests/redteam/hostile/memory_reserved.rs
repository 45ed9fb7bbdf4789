//! task: red/add
//! expect: resource_limit|crashed|timeout
//! attack: one allocation of eight TiB
fn add(a: i32, _b: i32) -> i32 {
    let block: Vec<u8> = Vec::with_capacity(8 << 40);
    std::hint::black_box(&block).capacity() as i32 - a - 1000
}
