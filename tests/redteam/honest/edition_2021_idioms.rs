//! task: red/add
//! shape: words that edition 2024 reserves, and a mutable static reference
#[allow(static_mut_refs)]
fn add(a: i32, b: i32) -> i32 {
    static mut LAST: i32 = 0;
    let gen = a.wrapping_add(b);
    unsafe {
        LAST = gen;
        *&LAST
    }
}
