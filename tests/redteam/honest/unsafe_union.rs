//! task: red/is_sorted
//! shape: a union, transmute and MaybeUninit, used honestly
use std::mem::MaybeUninit;

#[repr(C)]
union Bits {
    signed: i32,
    unsigned: u32,
}

fn is_sorted(values: &[i32]) -> bool {
    let mut last = MaybeUninit::<u32>::uninit();
    let mut known = false;
    for value in values {
        let bits = unsafe { Bits { signed: *value }.unsigned } ^ 0x8000_0000;
        if known && unsafe { last.assume_init() } > bits {
            return false;
        }
        last.write(bits);
        known = true;
    }
    true
}
