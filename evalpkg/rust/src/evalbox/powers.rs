//! Give up a process's user and its capabilities.

use std::io;

use crate::confine_options::ConfineOptions;
use crate::{seeds, sys};

/// Ranges of user ids (first id, size). Root becomes one of these users before it serves.
///
/// The kernel counts each user's processes separately, and does not limit root's own processes in
/// any namespace. The second range is for containers, which map few users.
const STRANGERS: [(u32, u32); 2] = [(0x7000_0000, 0x0fff_ffff), (0x2000, 0xd000)];

pub fn is_root() -> bool {
    // SAFETY: the call takes nothing.
    unsafe { sys::getuid() == 0 }
}

/// Choose the id of a user that runs nothing else, and take its group; None if this user namespace
/// has no such id. `drop_root` takes the user later: the steps in between need root.
pub fn choose_stranger() -> Option<u32> {
    let random = seeds::random();
    let candidates = STRANGERS.map(|(first, size)| first + random % size);
    candidates
        .into_iter()
        // SAFETY: the call takes numbers.
        .find(|&id| unsafe { sys::setresgid(id, id, id) } == 0)
}

/// Become the stranger, if one was chosen. A build stays root, since root may own the toolchain;
/// `drop_powers` takes away what root could do beyond that.
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

/// Drop every capability, and every way to get one, in this user namespace.
pub fn drop_powers() -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    let header = [VERSION_3, 0];
    let none = [0_u32; 6];
    sys::no_new_privileges()?;
    // A change of user has cleared this setting.
    sys::die_with_parent();
    // SAFETY: header and data have the layout and the length of version 3.
    let dropped = unsafe { sys::capset(header.as_ptr(), none.as_ptr()) };
    sys::check(dropped, "capset").map(|_| ())
}
