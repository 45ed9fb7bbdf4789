//! Landlock: limit the files that this process and its children may touch (Linux 5.13 and newer).
//!
//! See `Documentation/userspace-api/landlock.rst` of the kernel.

use std::ffi::{c_long, CString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use crate::sys;

const CREATE_RULESET: c_long = 444;
const ADD_RULE: c_long = 445;
const RESTRICT_SELF: c_long = 446;
const RULE_PATH_BENEATH: c_long = 1;

const EXECUTE: u64 = 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
/// Access rights that apply to files; the others apply only to folders.
const FILE_RIGHTS: u64 = EXECUTE | 1 << 1 | READ_FILE | 1 << 14 | 1 << 15;

/// File-system access rights that each ABI version knows. We restrict all of them.
const HANDLED_BY_ABI: [u64; 5] = [
    (1 << 13) - 1,
    (1 << 14) - 1,
    (1 << 15) - 1,
    (1 << 15) - 1,
    (1 << 16) - 1,
];

#[repr(C)]
struct Ruleset {
    fs: u64,
    net: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct PathBeneath {
    allowed: u64,
    parent: i32,
}

/// The access that is allowed to a path.
#[derive(Clone, Copy)]
pub enum Access {
    /// Read files, list folders, execute programs.
    Read,
    /// Everything.
    Write,
}

/// The kernel's Landlock ABI version, 0 where there is none.
pub fn abi() -> usize {
    // SAFETY: with this flag the call only asks for the version.
    let version =
        unsafe { sys::syscall(CREATE_RULESET, std::ptr::null::<Ruleset>(), 0_usize, 1_u32) };
    usize::try_from(version).unwrap_or(0)
}

/// Deny all file access except to `paths`. Deny TCP from ABI 4 on, and signals and abstract sockets
/// to processes outside from ABI 6 on. A path that does not exist is left out.
pub fn restrict(paths: &[(String, Access)]) -> io::Result<()> {
    let abi = abi();
    if abi < 1 {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this kernel has no Landlock",
        ));
    }
    let handled = HANDLED_BY_ABI[abi.min(HANDLED_BY_ABI.len()) - 1];
    let attributes = Ruleset {
        fs: handled,
        net: if abi >= 4 { 3 } else { 0 },
        scoped: if abi >= 6 { 3 } else { 0 },
    };
    let size: usize = match abi {
        6.. => 24,
        4.. => 16,
        _ => 8,
    };
    // SAFETY: the pointer is to a value of ours that is at least `size` bytes long.
    let fd = unsafe { sys::syscall(CREATE_RULESET, &raw const attributes, size, 0_u32) };
    let ruleset = sys::owned(fd as i32, "landlock_create_ruleset")?;
    for (path, access) in paths {
        allow(&ruleset, path, *access, handled)?;
    }
    // SAFETY: the call takes numbers.
    let restricted = unsafe { sys::syscall(RESTRICT_SELF, ruleset.as_raw_fd(), 0_u32) };
    sys::check(restricted as i32, "landlock_restrict_self").map(|_| ())
}

fn allow(ruleset: &OwnedFd, path: &str, access: Access, handled: u64) -> io::Result<()> {
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    let parent = sys::open_file(&CString::new(path)?, sys::O_PATH)?;
    let mut allowed = match access {
        Access::Read => EXECUTE | READ_FILE | READ_DIR,
        Access::Write => handled,
    };
    if !metadata.is_dir() {
        allowed &= FILE_RIGHTS;
    }
    let rule = PathBeneath {
        allowed: allowed & handled,
        parent: parent.as_raw_fd(),
    };
    // SAFETY: the pointer is to a value of ours, of the layout that this kind of rule has.
    let added = unsafe {
        sys::syscall(
            ADD_RULE,
            ruleset.as_raw_fd(),
            RULE_PATH_BENEATH,
            &raw const rule,
            0_u32,
        )
    };
    sys::check(added as i32, "landlock_add_rule").map(|_| ())
}
