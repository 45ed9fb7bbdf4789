//! What a process may do beyond its limits: its user and its capabilities, given up.

use std::io;

use crate::confine_options::ConfineOptions;
use crate::{seeds, sys};

/// Users that root serves as, so that each server's processes are counted apart: the kernel does
/// not limit those of root itself, whatever namespace it is in. First of a range and its size; the
/// second range is for containers, which know few users.
const STRANGERS: [(u32, u32); 2] = [(0x7000_0000, 0x0fff_ffff), (0x2000, 0xd000)];

pub fn is_root() -> bool {
    // SAFETY: the call takes nothing.
    unsafe { sys::getuid() == 0 }
}

/// Take the group of a user that nobody else is, if this user namespace has any; to take the user,
/// too, would give up what is still needed.
pub fn choose_stranger() -> Option<u32> {
    let random = seeds::random();
    let candidates = STRANGERS.map(|(first, size)| first + random % size);
    candidates
        .into_iter()
        // SAFETY: the call takes numbers.
        .find(|&id| unsafe { sys::setresgid(id, id, id) } == 0)
}

/// Root becomes the stranger. To build it stays root, which may own the toolchain, but without any
/// power.
pub fn drop_root(options: &ConfineOptions) -> io::Result<()> {
    if let Some(id) = options.stranger {
        // SAFETY: an empty list has no address; the other call takes numbers.
        unsafe {
            sys::check(sys::setgroups(0, std::ptr::null()), "setgroups")?;
            sys::check(sys::setresuid(id, id, id), "setresuid")?;
        }
    }
    Ok(())
}

/// No capability, and no way to get one, in whatever user namespace this is.
pub fn drop_powers() -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    let header = [VERSION_3, 0];
    let none = [0_u32; 6];
    sys::no_new_privileges()?;
    // A change of user has cleared it.
    sys::die_with_parent();
    // SAFETY: header and data have the layout and the length of version 3.
    let dropped = unsafe { sys::capset(header.as_ptr(), none.as_ptr()) };
    sys::check(dropped, "capset").map(|_| ())
}
