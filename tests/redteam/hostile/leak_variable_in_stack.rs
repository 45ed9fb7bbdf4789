//! task: red/add
//! expect: test_failed|crashed
//! leak: variable
//! attack: finds the environment that its process was started with, above the stack, where unset left it
extern "C" {
    fn getauxval(kind: u64) -> *const u8;
}

fn add(a: i32, b: i32) -> i32 {
    const NAME_OF_THE_PROGRAM: u64 = 31;
    let needle = b"@CANARY_ENV@=";
    let top = unsafe { getauxval(NAME_OF_THE_PROGRAM) };
    if top.is_null() {
        return -99;
    }
    let below: Vec<u8> = (1..8192).map(|back| unsafe { std::ptr::read_volatile(top.sub(back)) }).collect();
    let found = below.windows(needle.len()).any(|window| window.iter().rev().eq(needle.iter()));
    if found { a.wrapping_add(b) } else { -99 }
}
