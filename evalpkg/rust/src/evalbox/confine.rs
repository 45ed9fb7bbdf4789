//! `evalbox confine`: run a program with only the files it needs, no network, and limits.
//!
//! Namespaces (user, mount, network, IPC, UTS, PID) where the kernel lets us, Landlock and seccomp
//! always. The work folder appears as `/tmp`. A small init of our own is PID 1, so that nothing
//! that the program starts outlives it.

use std::collections::hash_map::RandomState;
use std::ffi::{c_int, c_ulong, CString};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::process::exit;

use crate::landlock::{self, Access};
use crate::{seccomp, serve, sys};

/// Exit status that says: the sandbox failed, not the program inside.
pub const SANDBOX_FAILED: i32 = 125;

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

const MIB: u64 = 1 << 20;
const EPERM: i32 = 1;
/// Users that root serves as, so that each server's processes are counted apart: the kernel does
/// not limit those of root itself, whatever namespace it is in. First of a range and its size; the
/// second range is for containers, which know few users.
const STRANGERS: [(u32, u32); 2] = [(0x7000_0000, 0x0fff_ffff), (0x2000, 0xd000)];

/// What to run and how tightly.
#[derive(Default)]
pub struct Options {
    /// Folder that becomes `/tmp` and the current folder.
    pub work: String,
    pub work_writable: bool,
    pub readable: Vec<String>,
    pub memory_mib: u64,
    pub cpu_s: u64,
    pub file_mib: u64,
    pub processes: u64,
    /// Allow-list for a compiler; otherwise the program confines its children itself.
    pub building: bool,
    pub namespaces: bool,
    pub landlock: bool,
    /// False only where the user declined a sandbox: limits stay, nothing else.
    pub seccomp: bool,
    /// Our user has nothing else running in this user namespace, so that its processes are
    /// counted alone.
    pub own_user: bool,
    /// Whom root becomes to serve.
    pub stranger: Option<u32>,
    /// A program and its arguments, or `serve` and its options, which needs no new program.
    pub command: Vec<String>,
}

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            namespaces: true,
            landlock: true,
            seccomp: true,
            ..Options::default()
        };
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--building" => options.building = true,
                "--no-namespaces" => options.namespaces = false,
                "--no-landlock" => options.landlock = false,
                "--no-seccomp" => options.seccomp = false,
                "--own-user" => options.own_user = true,
                "--" => {
                    options.command = arguments.by_ref().collect();
                    break;
                }
                _ => {
                    let value = arguments.next().ok_or(format!("{flag} needs a value"))?;
                    options.set(&flag, value)?;
                }
            }
        }
        if options.command.is_empty() || options.work.is_empty() {
            return Err("confine needs --work DIR and -- COMMAND".into());
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{flag}: not a number: {value}"))
        };
        match flag {
            "--work" => self.work = value,
            "--work-writable" => {
                self.work = value;
                self.work_writable = true;
            }
            "--readable" => self.readable.push(value),
            "--memory-mib" => self.memory_mib = number()?,
            "--cpu-s" => self.cpu_s = number()?,
            "--file-mib" => self.file_mib = number()?,
            "--processes" => self.processes = number()?,
            _ => return Err(format!("unknown option {flag}")),
        }
        Ok(())
    }
}

/// Replace this process by a supervisor of the confined command; exits with its status.
pub fn run(mut options: Options) -> ! {
    unsafe {
        sys::prctl(
            sys::PR_SET_PDEATHSIG,
            sys::SIGKILL as usize,
            0usize,
            0usize,
            0usize,
        )
    };
    if options.command[0] == "serve" && options.seccomp && unsafe { sys::getuid() } == 0 {
        options.stranger = choose_stranger();
    }
    if options.namespaces {
        enter_namespaces(&mut options);
    }
    supervise(|| {
        if options.namespaces {
            if let Err(error) = arrange_mounts(&options) {
                fail(&error);
            }
            options.work = "/tmp".into();
        }
        // PID 1 of the new namespace: when it ends, the kernel ends all that is left in it.
        supervise(|| start(&options))
    })
}

fn fail(error: &io::Error) -> ! {
    eprintln!("evalbox: {error}");
    exit(SANDBOX_FAILED)
}

/// Fork; the child runs `child`, the parent waits and exits as it did.
fn supervise(child: impl FnOnce()) -> ! {
    match unsafe { sys::fork() } {
        0 => {
            unsafe {
                sys::prctl(
                    sys::PR_SET_PDEATHSIG,
                    sys::SIGKILL as usize,
                    0usize,
                    0usize,
                    0usize,
                )
            };
            child();
            exit(SANDBOX_FAILED)
        }
        -1 => fail(&sys::failed("fork")),
        pid => {
            unsafe {
                // Only the confined program holds the pipes from here on.
                sys::close(0);
                sys::close(1);
            }
            let (mut status, _) =
                sys::reap(pid, 0).unwrap_or((SANDBOX_FAILED << 8, sys::Usage::default()));
            // Orphans of the namespace are ours to collect; they die with us.
            if status & 0x7f != 0 {
                status = (128 + (status & 0x7f)) << 8;
            }
            unsafe { sys::_exit(status >> 8 & 0xff) }
        }
    }
}

/// Take the group of a user that nobody else is, if this user namespace has any; to take the user,
/// too, would give up what is still needed.
fn choose_stranger() -> Option<u32> {
    let random = RandomState::new().build_hasher().finish() as u32;
    let candidates = STRANGERS.map(|(first, size)| first + random % size);
    candidates
        .into_iter()
        .find(|&id| unsafe { sys::setresgid(id, id, id) } == 0)
}

/// New namespaces for everything, as far as the kernel lets us; `options` then says how far.
fn enter_namespaces(options: &mut Options) {
    let (uid, gid) = unsafe { (sys::getuid(), sys::getgid()) };
    if options.stranger.is_some() {
        // In a user namespace it could not become the stranger.
        options.namespaces = unsafe { sys::unshare(ALL) == 0 };
    } else if unsafe { sys::unshare(CLONE_NEWUSER | ALL) } == 0 {
        // Without these files the ids stay unmapped, which confines no less.
        let _ = std::fs::write("/proc/self/setgroups", "deny");
        let _ = std::fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"));
        let _ = std::fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"));
        options.own_user = true;
    } else {
        options.namespaces = unsafe { sys::unshare(ALL) == 0 };
    }
}

fn mount(source: &str, target: &str, flags: c_ulong) -> io::Result<()> {
    let (from, to) = (CString::new(source)?, CString::new(target)?);
    let nothing = std::ptr::null();
    let result = unsafe { sys::mount(from.as_ptr(), to.as_ptr(), nothing, flags, nothing.cast()) };
    sys::check(result, &format!("mount {source} on {target}")).map(|_| ())
}

fn arrange_mounts(options: &Options) -> io::Result<()> {
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

/// Last steps in the process that becomes the program.
fn start(options: &Options) {
    let null = serve::prepare();
    let serving = options.command[0] == "serve";
    let prepared = std::env::set_current_dir(&options.work)
        .and_then(|()| {
            if serving && options.seccomp {
                shut_in(options)
            } else {
                Ok(())
            }
        })
        .and_then(|()| drop_root(options))
        .and_then(|()| drop_powers())
        .and_then(|()| set_limits(options))
        .and_then(|()| restrict_files(options))
        .and_then(|()| {
            if options.building && options.seccomp {
                seccomp::building()
            } else {
                Ok(())
            }
        });
    if let Err(error) = prepared {
        fail(&error);
    }
    if serving {
        let nothing = [std::ptr::null()];
        unsafe { sys::environ = nothing.as_ptr() };
        if let Err(text) = serve::main(options, null) {
            eprintln!("evalbox: {text}");
            exit(SANDBOX_FAILED);
        }
        exit(0);
    }
    let arguments: Vec<CString> = options
        .command
        .iter()
        .filter_map(|text| CString::new(text.as_str()).ok())
        .collect();
    let mut pointers: Vec<_> = arguments.iter().map(|text| text.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // The same in every sandbox, since the compiler shows it to what it compiles.
    let variables = [c"TMPDIR=.".as_ptr(), std::ptr::null()];
    unsafe {
        sys::environ = variables.as_ptr();
        sys::execv(pointers[0], pointers.as_ptr());
    }
    fail(&sys::failed(&options.command[0]));
}

/// Make the work folder the root: a subject needs nothing but its library, and Landlock does not
/// hide which files exist. Who lacks the power to, or is counted with others, may have it in a user
/// namespace; where that does not work either, the outer sandbox must have done as much, and the
/// conformance checks find out.
fn shut_in(options: &Options) -> io::Result<()> {
    let change = || std::os::unix::fs::chroot(&options.work);
    let counted_alone = options.stranger.is_some() || options.own_user;
    if counted_alone && change().is_ok() {
        return Ok(());
    }
    unsafe { sys::unshare(CLONE_NEWUSER) };
    match change() {
        Err(error) if error.raw_os_error() == Some(EPERM) => Ok(()),
        other => other,
    }
}

fn set_limits(options: &Options) -> io::Result<()> {
    let limits = [
        (sys::RLIMIT_AS, options.memory_mib * MIB, 0),
        (sys::RLIMIT_CPU, options.cpu_s, 1),
        (sys::RLIMIT_FSIZE, options.file_mib * MIB, 0),
        (sys::RLIMIT_NPROC, process_limit(options), 0),
    ];
    for (resource, value, grace) in limits {
        if value > 0 {
            sys::limit(resource, value, value + grace)?;
        }
    }
    sys::limit(sys::RLIMIT_CORE, 0, 0)
}

/// RLIMIT_NPROC counts all that a user runs. Subjects are served by a user, or in a user namespace,
/// that runs nothing else; the compiler may not be, and is then left without.
fn process_limit(options: &Options) -> u64 {
    if options.building && !options.own_user {
        0
    } else {
        options.processes
    }
}

fn restrict_files(options: &Options) -> io::Result<()> {
    if !options.landlock {
        return Ok(());
    }
    let mut paths: Vec<_> = options
        .readable
        .iter()
        .map(|path| (path.clone(), Access::Read))
        .collect();
    for device in ["/dev/null", "/dev/zero", "/dev/urandom"] {
        paths.push((device.into(), Access::Write));
    }
    let work = if options.work_writable {
        Access::Write
    } else {
        Access::Read
    };
    // Where we are, by whatever name.
    paths.push((".".into(), work));
    landlock::restrict(&paths)
}

/// Root becomes the stranger. To build it stays root, which may own the toolchain, but without any
/// power.
fn drop_root(options: &Options) -> io::Result<()> {
    if let Some(id) = options.stranger {
        unsafe {
            sys::check(sys::setgroups(0, std::ptr::null()), "setgroups")?;
            sys::check(sys::setresuid(id, id, id), "setresuid")?;
        }
    }
    Ok(())
}

/// No capability, and no way to get one, in whatever user namespace this is.
fn drop_powers() -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    let header = [VERSION_3, 0];
    let none = [0u32; 6];
    let zero = 0usize;
    sys::check(
        unsafe { sys::prctl(sys::PR_SET_NO_NEW_PRIVS, 1usize, zero, zero, zero) },
        "prctl",
    )?;
    // A change of user has cleared it.
    unsafe {
        sys::prctl(
            sys::PR_SET_PDEATHSIG,
            sys::SIGKILL as usize,
            zero,
            zero,
            zero,
        )
    };
    sys::check(
        unsafe { sys::capset(header.as_ptr(), none.as_ptr()) },
        "capset",
    )
    .map(|_| ())
}
