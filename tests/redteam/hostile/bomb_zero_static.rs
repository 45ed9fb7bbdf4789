//! task: red/add
//! expect: compile_error|timeout|resource_limit|crashed|test_failed
//! attack: a zeroed static of 64 GiB, free on disk, and its address range reserved at load
static RESERVED: [u8; 64 << 30] = [0; 64 << 30];

fn add(a: i32, _b: i32) -> i32 {
    std::hint::black_box(&RESERVED)[a as usize & 0xFFFF] as i32 - 1000
}
