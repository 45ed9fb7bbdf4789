//! `evalbox confine`: run a program with only the files it needs, no network, and limits.
//!
//! It uses namespaces (user, mount, network, IPC, UTS, PID) where the kernel allows them, and
//! Landlock and seccomp unless they are switched off. The work folder appears as `/tmp`. A small
//! init of our own is PID 1: when it ends, the kernel ends every process that the program started.

use std::ffi::CString;
use std::io;
use std::process::exit;

use crate::confine_options::ConfineOptions;
use crate::landlock::{self, Access};
use crate::traces::Traces;
use crate::{namespaces, powers, seccomp, serve, serve_options, sys};

/// Exit status for a failure of the sandbox, not of the program inside.
pub const SANDBOX_FAILED: u8 = 125;

const MIB: u64 = 1 << 20;
/// One user writes the library and another reads it.
const UMASK: u32 = 0o022;

/// Run the confined command under a supervisor, and exit with the command's status.
pub fn run(mut options: ConfineOptions) -> ! {
    // SAFETY: the call takes a number.
    unsafe { sys::umask(UMASK) };
    if options.serves() && options.seccomp && powers::is_root() {
        options.stranger = powers::choose_stranger();
    }
    if options.namespaces {
        or_fail(namespaces::enter(&mut options));
    }
    // A change of user, of group or of user namespace clears this, so it is set after them.
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
        // The child is PID 1 of the new namespace: when it ends, the kernel ends the rest of it.
        supervise(|| start(&options, traces))
    })
}

fn or_fail<T>(result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("evalbox: {error}");
        exit(SANDBOX_FAILED.into())
    })
}

/// Fork. The child runs `child`; the parent waits and exits with the child's status.
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
            // Orphans of the namespace end with this process, so nothing has to collect them.
            // SAFETY: nothing is left to clean up.
            unsafe { sys::_exit(code) }
        }
    }
}

/// Take the last steps in the process that becomes the program.
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

/// Confine this process, in this order: each step takes away something that an earlier step needed.
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
    // The same in every sandbox, since code can read the compiler's variables (`env!`).
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

/// The limit of processes, 0 for none.
///
/// `RLIMIT_NPROC` counts all processes of a user. Subjects run as a user, or in a user namespace,
/// that runs nothing else. A compiler may run as a user with other processes; then it gets no
/// limit.
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
    // This is the only device: a program could make the compiler read one that never ends.
    paths.push(("/dev/null".into(), Access::Write));
    let work = if options.work_writable {
        Access::Write
    } else {
        Access::Read
    };
    // The current folder is the work folder, whatever its name is here.
    paths.push((".".into(), work));
    landlock::restrict(&paths)
}
