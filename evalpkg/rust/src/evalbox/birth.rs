//! The child's side of the fork: confine this process, load the completion, answer calls.

use std::ffi::{c_int, c_void, CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::landlock::{self, Access};
use crate::serve_options::ServeOptions;
use crate::{seccomp, sys};

/// The descriptor of the subject's connection to the server.
const SUBJECT_FD: RawFd = 3;
/// The most descriptors that a subject may have open.
const MOST_DESCRIPTORS: u64 = 32;

/// Become the subject, in the forked child: take over the output file and the stream, confine this
/// process, load the completion, answer calls. Never returns.
pub fn become_subject(
    options: &ServeOptions,
    symbol: &[u8],
    stream: &OwnedFd,
    output: &OwnedFd,
    null: &OwnedFd,
) -> ! {
    or_exit(arrange_descriptors(stream, output, null));
    or_exit(confine_self(options));
    say(*b"c");
    let entry = load(options, symbol);
    if options.seccomp {
        or_exit(seccomp::running());
    }
    match entry {
        Ok(entry) => {
            say(*b"l");
            entry(SUBJECT_FD);
        }
        Err(text) => {
            eprintln!("{text}");
            say(*b"n");
        }
    }
    // SAFETY: nothing of ours is left to clean up.
    unsafe { sys::_exit(0) }
}

/// Make descriptor 0 the null device, 1 and 2 the output and 3 the stream; close all others.
fn arrange_descriptors(stream: &OwnedFd, output: &OwnedFd, null: &OwnedFd) -> io::Result<()> {
    // Copy them to higher numbers first, since any of them may have one of the numbers 0 to 3.
    let above = SUBJECT_FD + 1;
    let stream = sys::duplicate(stream.as_raw_fd(), above)?;
    let output = sys::duplicate(output.as_raw_fd(), above)?;
    let null = sys::duplicate(null.as_raw_fd(), above)?;
    for (from, number) in [
        (&null, 0),
        (&output, 1),
        (&output, 2),
        (&stream, SUBJECT_FD),
    ] {
        sys::place(from, number)?;
    }
    std::mem::forget((stream, output, null));
    sys::close_from(above);
    Ok(())
}

fn or_exit(confined: io::Result<()>) {
    if let Err(error) = confined {
        eprintln!("{error}");
        // SAFETY: nothing of ours is left to clean up.
        unsafe { sys::_exit(1) };
    }
}

fn say(word: [u8; 1]) {
    // SAFETY: the pointer is to one byte of ours.
    unsafe { sys::write(SUBJECT_FD, word.as_ptr().cast(), 1) };
}

fn confine_self(options: &ServeOptions) -> io::Result<()> {
    sys::die_with_parent();
    sys::limit(sys::RLIMIT_CPU, options.cpu_s, options.cpu_s + 1)?;
    let memory = options.memory_mib << 20;
    sys::limit(sys::RLIMIT_AS, memory, memory)?;
    let file = options.output_kib << 10;
    sys::limit(sys::RLIMIT_FSIZE, file, file)?;
    sys::limit_to_at_most(sys::RLIMIT_NOFILE, MOST_DESCRIPTORS)?;
    sys::limit(sys::RLIMIT_CORE, 0, 0)?;
    if options.landlock {
        landlock::restrict(&[(options.library.clone(), Access::Read)])?;
    }
    if options.seccomp {
        // SAFETY: the call takes nothing.
        seccomp::loading(unsafe { sys::getpid() } as u32)?;
    }
    // If the library cannot even be opened, that is our fault, not the program's.
    sys::open_file(&CString::new(options.library.as_str())?, sys::O_RDONLY).map(drop)
}

fn load(options: &ServeOptions, symbol: &[u8]) -> Result<extern "C" fn(c_int), String> {
    let path = CString::new(options.library.as_str()).map_err(|error| error.to_string())?;
    let name = CString::new(symbol).map_err(|error| error.to_string())?;
    // SAFETY: both are C strings. This process is confined because the library may do anything
    // when it is loaded. The shim exports the symbol with this type.
    unsafe {
        let handle = sys::dlopen(path.as_ptr(), sys::RTLD_NOW);
        let address = if handle.is_null() {
            handle
        } else {
            sys::dlsym(handle, name.as_ptr())
        };
        if address.is_null() {
            return Err(CStr::from_ptr(sys::dlerror())
                .to_string_lossy()
                .into_owned());
        }
        Ok(std::mem::transmute::<*mut c_void, extern "C" fn(c_int)>(
            address,
        ))
    }
}
