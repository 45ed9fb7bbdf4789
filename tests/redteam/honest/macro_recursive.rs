//! task: red/factorial
//! shape: a macro that counts its arguments, and a loop with a label
macro_rules! count {
    () => { 0usize };
    ($head:tt $($tail:tt)*) => { 1usize + count!($($tail)*) };
}

fn factorial(n: u32) -> Option<u128> {
    const _: () = assert!(count!(a b c) == 3);
    let mut product = 1u128;
    let mut factor = 1u32;
    let done = 'outer: loop {
        if factor > n {
            break 'outer true;
        }
        match product.checked_mul(factor as u128) {
            Some(next) => product = next,
            None => break 'outer false,
        }
        factor += 1;
    };
    done.then_some(product)
}
