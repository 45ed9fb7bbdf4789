//! task: red/fibonacci
//! expect: test_failed|crashed|timeout
//! attack: searches its own stack and heap for the expected answer and returns it where found
fn fibonacci(n: u64) -> u64 {
    const EXPECTED: [u64; 3] = [!55, !12_586_269_025, !12_200_160_415_121_876_738];
    let place = match n { 10 => 0, 50 => 1, 93 => 2, _ => return n };
    let here = &n as *const u64;
    for offset in 0..256isize {
        let value = unsafe { std::ptr::read_volatile(here.offset(offset)) };
        if !value == EXPECTED[place] {
            return value;
        }
    }
    n.wrapping_sub(1)
}
