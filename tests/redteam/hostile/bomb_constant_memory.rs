//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: constants that cost the compiler three GiB of memory
const fn block<const SEED: u8>() -> [u8; 512 << 20] {
    [SEED; 512 << 20]
}
static A: [u8; 512 << 20] = block::<1>();
static B: [u8; 512 << 20] = block::<2>();
static C: [u8; 512 << 20] = block::<3>();

fn add(a: i32, b: i32) -> i32 {
    (A[a as usize & 1] + B[b as usize & 1] + C[1]) as i32
}
