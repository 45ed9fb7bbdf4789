//! task: red/add
//! expect: compile_error|timeout|resource_limit|crashed
//! attack: a static of half a GiB that is not zero, to fill the disk and the linker
static FILLER: [u8; 512 << 20] = [0xA5; 512 << 20];

fn add(a: i32, _b: i32) -> i32 {
    std::hint::black_box(&FILLER)[a as usize & 0xFFFF] as i32 - 1000
}
