//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: one frame larger than any guard page
fn add(a: i32, _b: i32) -> i32 {
    let mut block = [0u8; 64 << 20];
    block[a as usize & 0xFFFF] = 1;
    std::hint::black_box(&mut block)[1] as i32 - 1000
}
