//! Namespaces: give the program a view of its own of the host, as far as the kernel allows it.

use std::ffi::{c_int, c_ulong, CStr, CString};
use std::io;

use crate::confine_options::ConfineOptions;
use crate::sys;

const CLONE_NEWNS: c_int = 0x0002_0000;
const CLONE_NEWUTS: c_int = 0x0400_0000;
const CLONE_NEWIPC: c_int = 0x0800_0000;
const CLONE_NEWUSER: c_int = 0x1000_0000;
const CLONE_NEWPID: c_int = 0x2000_0000;
const CLONE_NEWNET: c_int = 0x4000_0000;
const ALL: c_int = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;

const MS_RDONLY: c_ulong = 1;
const MS_NOSUID: c_ulong = 2;
const MS_NODEV: c_ulong = 4;
const MS_REMOUNT: c_ulong = 32;
const MS_BIND: c_ulong = 4096;
const MS_REC: c_ulong = 16384;
const MS_PRIVATE: c_ulong = 1 << 18;

const EPERM: i32 = 1;

/// The host name in every sandbox, so that all look the same.
const HOST: &CStr = c"box";
const DOMAIN: &CStr = c"(none)";

/// Enter new namespaces, as far as the kernel allows it; `options` then says how far.
pub fn enter(options: &mut ConfineOptions) -> io::Result<()> {
    // SAFETY: these calls take nothing.
    let (uid, gid) = unsafe { (sys::getuid(), sys::getgid()) };
    if options.stranger.is_some() {
        // No user namespace: root could not become the stranger in one.
        options.namespaces = unshare(ALL);
    } else if unshare(CLONE_NEWUSER | ALL) {
        // If these writes fail, the ids stay unmapped; that confines just as well.
        let _ = std::fs::write("/proc/self/setgroups", "deny");
        let _ = std::fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"));
        let _ = std::fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"));
        options.own_user = true;
    } else {
        options.namespaces = unshare(ALL);
    }
    if options.namespaces {
        name_host()?;
    }
    Ok(())
}

fn unshare(flags: c_int) -> bool {
    // SAFETY: this process has one thread, and owns what it gives up.
    unsafe { sys::unshare(flags) == 0 }
}

/// Name the host. A new UTS namespace starts with the names of the old one.
fn name_host() -> io::Result<()> {
    // SAFETY: the lengths are those of the strings.
    let (named, placed) = unsafe {
        (
            sys::sethostname(HOST.as_ptr(), HOST.count_bytes()),
            sys::setdomainname(DOMAIN.as_ptr(), DOMAIN.count_bytes()),
        )
    };
    sys::check(named, "sethostname")?;
    sys::check(placed, "setdomainname").map(|_| ())
}

fn mount(source: &str, target: &str, flags: c_ulong) -> io::Result<()> {
    let (from, to) = (CString::new(source)?, CString::new(target)?);
    let nothing = std::ptr::null();
    // SAFETY: both paths are C strings; neither a type nor data is asked for.
    let result = unsafe { sys::mount(from.as_ptr(), to.as_ptr(), nothing, flags, nothing.cast()) };
    sys::check(result, &format!("mount {source} on {target}")).map(|_| ())
}

/// Make the work folder appear as `/tmp`.
pub fn arrange_mounts(options: &ConfineOptions) -> io::Result<()> {
    mount("none", "/", MS_REC | MS_PRIVATE)?;
    mount(&options.work, "/tmp", MS_BIND)?;
    if !options.work_writable {
        mount(
            "none",
            "/tmp",
            MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
        )?;
    }
    Ok(())
}

/// Make the work folder the root.
///
/// A subject needs only its library, and Landlock does not hide which files exist. A process that
/// may not call `chroot`, or whose processes are counted together with others, first tries a user
/// namespace. Where that is refused too, the outer sandbox must hide the files; the conformance
/// checks test that it does.
pub fn shut_in(options: &ConfineOptions) -> io::Result<()> {
    let change = || std::os::unix::fs::chroot(&options.work);
    let counted_alone = options.stranger.is_some() || options.own_user;
    if counted_alone && change().is_ok() {
        return Ok(());
    }
    unshare(CLONE_NEWUSER);
    match change() {
        Err(error) if error.raw_os_error() == Some(EPERM) => Ok(()),
        other => other,
    }
}
