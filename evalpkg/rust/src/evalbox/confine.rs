//! `evalbox confine`: run a program with only the files it needs, no network, and limits.
//!
//! Namespaces (user, mount, network, IPC, UTS, PID) where the kernel lets us, Landlock and seccomp
//! always. The work folder appears as `/tmp`. A small init of our own is PID 1, so that nothing
//! that the program starts outlives it.

use std::ffi::CString;
use std::io;
use std::process::exit;

use crate::confine_options::ConfineOptions;
use crate::landlock::{self, Access};
use crate::traces::Traces;
use crate::{namespaces, powers, seccomp, serve, serve_options, sys};

/// Exit status that says: the sandbox failed, not the program inside.
pub const SANDBOX_FAILED: u8 = 125;

const MIB: u64 = 1 << 20;
/// The library is read by another user than the one that wrote it.
const UMASK: u32 = 0o022;

/// Replace this process by a supervisor of the confined command; exits with its status.
pub fn run(mut options: ConfineOptions) -> ! {
    // SAFETY: the call takes a number.
    unsafe { sys::umask(UMASK) };
    if options.serves() && options.seccomp && powers::is_root() {
        options.stranger = powers::choose_stranger();
    }
    if options.namespaces {
        or_fail(namespaces::enter(&mut options));
    }
    // Not earlier: a change of user, of group or of user namespace clears it.
    sys::die_with_parent();
    supervise(|| {
        let mut traces = Traces::none();
        if options.serves() {
            traces = Traces::of(&options.work);
        }
        if options.namespaces {
            or_fail(namespaces::arrange_mounts(&options));
            options.work = "/tmp".into();
        }
        // PID 1 of the new namespace: when it ends, the kernel ends all that is left in it.
        supervise(|| start(&options, traces))
    })
}

fn or_fail<T>(result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("evalbox: {error}");
        exit(SANDBOX_FAILED.into())
    })
}

/// Fork; the child runs `child`, the parent waits and exits as it did.
fn supervise(child: impl FnOnce()) -> ! {
    // SAFETY: this process has one thread.
    match or_fail(sys::check(unsafe { sys::fork() }, "fork")) {
        0 => {
            sys::die_with_parent();
            child();
            exit(SANDBOX_FAILED.into())
        }
        pid => {
            // Only the confined program holds the pipes from here on.
            // SAFETY: this process reads and writes nothing any more.
            unsafe {
                sys::close(0);
                sys::close(1);
            }
            let ended = sys::reap(pid, 0);
            let status = ended.map_or(i32::from(SANDBOX_FAILED) << 8, |(status, _)| status);
            let signal = status & 0x7f;
            let code = if signal == 0 {
                status >> 8 & 0xff
            } else {
                128 + signal
            };
            // Orphans of the namespace are ours to collect; they die with us.
            // SAFETY: nothing is left to clean up.
            unsafe { sys::_exit(code) }
        }
    }
}

/// Last steps in the process that becomes the program.
fn start(options: &ConfineOptions, traces: Traces) {
    if options.serves() {
        let null = or_fail(serve::prepare());
        or_fail(confine_self(options, true));
        let nothing = [std::ptr::null()];
        // SAFETY: this process has one thread, and the array lives as long as the process.
        unsafe { sys::environ = nothing.as_ptr() };
        let served = serve_options::ServeOptions::parse(options).and_then(|options| {
            traces.erase();
            serve::run(&options, &null).map_err(|error| error.to_string())
        });
        or_fail(served.map_err(io::Error::other));
        exit(0);
    }
    or_fail(confine_self(options, false));
    execute(options);
}

/// Confine this process, step by step: each takes away what an earlier one needed.
fn confine_self(options: &ConfineOptions, serving: bool) -> io::Result<()> {
    std::env::set_current_dir(&options.work)?;
    if serving && options.seccomp {
        namespaces::shut_in(options)?;
    }
    powers::drop_root(options)?;
    powers::drop_powers()?;
    set_limits(options)?;
    restrict_files(options)?;
    if options.building && options.seccomp {
        seccomp::building()?;
    }
    Ok(())
}

/// Become the command.
fn execute(options: &ConfineOptions) {
    let arguments: Vec<CString> = options
        .command
        .iter()
        .filter_map(|text| CString::new(text.as_str()).ok())
        .collect();
    let mut pointers: Vec<_> = arguments.iter().map(|text| text.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // The same in every sandbox, since the compiler shows it to what it compiles.
    let variables = [c"TMPDIR=.".as_ptr(), std::ptr::null()];
    // SAFETY: both arrays hold C strings and end with a null pointer.
    unsafe {
        sys::environ = variables.as_ptr();
        sys::execv(pointers[0], pointers.as_ptr());
    }
    or_fail::<()>(Err(sys::failed(&options.command[0])));
}

fn set_limits(options: &ConfineOptions) -> io::Result<()> {
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

/// `RLIMIT_NPROC` counts all that a user runs. Subjects are served by a user, or in a user
/// namespace, that runs nothing else; the compiler may not be, and is then left without.
fn process_limit(options: &ConfineOptions) -> u64 {
    if options.building && !options.own_user {
        0
    } else {
        options.processes
    }
}

fn restrict_files(options: &ConfineOptions) -> io::Result<()> {
    if !options.landlock {
        return Ok(());
    }
    let mut paths: Vec<_> = options
        .readable
        .iter()
        .map(|path| (path.clone(), Access::Read))
        .collect();
    // No other device: a program can make the compiler read one that never ends.
    paths.push(("/dev/null".into(), Access::Write));
    let work = if options.work_writable {
        Access::Write
    } else {
        Access::Read
    };
    // Where we are, by whatever name.
    paths.push((".".into(), work));
    landlock::restrict(&paths)
}
