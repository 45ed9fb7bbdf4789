//! Fixed hash seeds.
//!
//! std draws the seeds of `HashMap` and `HashSet` from `getrandom`, which it finds by its weak
//! symbol. This program defines that symbol, so that the order of a map is the same in every run,
//! in the tests and in the programs: the same bytes always get the same verdict.

use std::ffi::{c_uint, c_void};

/// The byte that fills every seed.
const CONSTANT: u8 = 0x5a;

/// Replace libc's `getrandom` in this process and in every library that it loads.
///
/// # Safety
/// `buffer` must have room for `length` bytes, as for the real one.
#[no_mangle]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, _flags: c_uint) -> isize {
    // SAFETY: as above.
    unsafe { std::ptr::write_bytes(buffer.cast::<u8>(), CONSTANT, length) };
    length as isize
}

/// A reference that keeps the linker from dropping `getrandom`.
#[used]
static KEPT: unsafe extern "C" fn(*mut c_void, usize, c_uint) -> isize = getrandom;

/// Return a random number from `/dev/urandom`, which the constant above does not touch; without
/// that file, one made from the process id.
pub fn random() -> u32 {
    let mut bytes = [0u8; 4];
    let read = std::fs::File::open("/dev/urandom")
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes));
    match read {
        Ok(()) => u32::from_le_bytes(bytes),
        Err(_) => std::process::id().wrapping_mul(0x9e37_79b9),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::hash_map::RandomState;
    use std::hash::BuildHasher;

    #[test]
    fn maps_of_different_threads_have_the_same_seeds() {
        let hash = || RandomState::new().hash_one(1);
        let other = std::thread::spawn(hash).join();
        assert_eq!(other.ok(), std::thread::spawn(hash).join().ok());
    }
}
