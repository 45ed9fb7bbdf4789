//! task: red/add
//! expect: crashed
//! attack: takes all memory away from itself, its own code included
extern "C" {
    fn munmap(at: usize, length: usize) -> i32;
}

fn add(_a: i32, _b: i32) -> i32 {
    unsafe { munmap(0, 0x7fff_ffff_f000) };
    -99
}
