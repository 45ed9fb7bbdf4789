//! The child's side of a fork: confine, load the completion, answer.

use std::ffi::{c_int, CStr, CString};
use std::io;

use crate::landlock::{self, Access};
use crate::serve::Options;
use crate::{seccomp, sys};

/// Where a subject finds its end of the conversation.
const SUBJECT_FD: i32 = 3;

extern "C" {
    fn close_range(first: u32, last: u32, flags: c_int) -> c_int;
}

/// In the forked child: take the output file and the stream, confine, load, answer. Never returns.
pub fn become_subject(options: &Options, symbol: &[u8], stream: c_int, output: c_int) -> ! {
    unsafe {
        sys::dup2(stream, 100);
        sys::dup2(output, 101);
        sys::dup2(options.null, 0);
        sys::dup2(101, 1);
        sys::dup2(101, 2);
        sys::dup2(100, SUBJECT_FD);
        close_range(SUBJECT_FD as u32 + 1, u32::MAX, 0);
    }
    or_exit(confine_self(options));
    say(b"c");
    let entry = load(options, symbol);
    if options.seccomp {
        or_exit(seccomp::running());
    }
    match entry {
        Ok(entry) => {
            say(b"l");
            entry(SUBJECT_FD);
        }
        Err(text) => {
            eprintln!("{text}");
            say(b"n");
        }
    }
    unsafe { sys::_exit(0) }
}

fn or_exit(confined: io::Result<()>) {
    if let Err(error) = confined {
        eprintln!("{error}");
        unsafe { sys::_exit(1) };
    }
}

fn say(word: &[u8; 1]) {
    unsafe { sys::write(SUBJECT_FD, word.as_ptr().cast(), 1) };
}

fn confine_self(options: &Options) -> io::Result<()> {
    sys::check(
        unsafe {
            sys::prctl(
                sys::PR_SET_PDEATHSIG,
                sys::SIGKILL as usize,
                0usize,
                0usize,
                0usize,
            )
        },
        "prctl",
    )?;
    sys::limit(sys::RLIMIT_CPU, options.cpu_s, options.cpu_s + 1)?;
    sys::limit(
        sys::RLIMIT_AS,
        options.memory_mib << 20,
        options.memory_mib << 20,
    )?;
    sys::limit(
        sys::RLIMIT_FSIZE,
        options.output_kib << 10,
        options.output_kib << 10,
    )?;
    sys::limit(sys::RLIMIT_NOFILE, 32, 32)?;
    sys::limit(sys::RLIMIT_CORE, 0, 0)?;
    if options.landlock {
        landlock::restrict(&[(options.library.clone(), Access::Read)])?;
    }
    if options.seccomp {
        seccomp::loading(unsafe { sys::getpid() } as u32)?;
    }
    Ok(())
}

fn load(options: &Options, symbol: &[u8]) -> Result<extern "C" fn(c_int), String> {
    let path = CString::new(options.library.as_str()).map_err(|error| error.to_string())?;
    let name = CString::new(symbol).map_err(|error| error.to_string())?;
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
        Ok(std::mem::transmute::<
            *mut std::ffi::c_void,
            extern "C" fn(c_int),
        >(address))
    }
}
