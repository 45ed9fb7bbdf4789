//! Erase from the fork-server's memory what it tells about the host: command line and paths.
//!
//! A subject is forked from that memory and can read all of it. The names of folders (of the cache,
//! of the work folder, of the toolchain) contain the user's name, for example. So the server erases
//! them before it starts the first subject.

use std::collections::BTreeSet;
use std::ffi::{c_char, c_int, c_void};
use std::path::Path;

use crate::sys;

extern "C" {
    static program_invocation_name: *const c_char;
    fn getauxval(kind: usize) -> usize;
    fn strlen(text: *const c_char) -> usize;
    fn memchr(bytes: *const c_void, wanted: c_int, length: usize) -> *const c_void;
    fn sbrk(more: isize) -> usize;
}

/// The auxiliary-vector key of the path that started this program. The kernel puts the path above
/// all arguments.
const AT_EXECFN: usize = 31;
/// The first and only argument that a subject finds.
const NEW_NAME: &[u8] = b"program\0";
/// A bound in bytes above what the kernel allows for arguments and variables together.
const MOST_WORDS: usize = 8 << 20;
const FILLER: u8 = b'x';
/// Every byte of a name is inverted with this mask, so that the search does not find and overwrite
/// its own list.
const MASK: u8 = 0xff;

/// The texts to erase, and the memory to search for them.
pub struct Traces {
    /// `argv`, as the kernel laid it out.
    arguments: *mut *mut u8,
    /// Paths of folders and of the folders above them, longest first, inverted.
    names: Vec<Vec<u8>>,
    /// Ranges of memory that this program wrote: heap, stack, and the dynamic loader's data.
    places: Vec<(usize, usize)>,
}

impl Traces {
    pub fn none() -> Self {
        Traces {
            arguments: std::ptr::null_mut(),
            names: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Collect the texts and the ranges. Call it while `/proc` can be read and before `environ`
    /// changes. `work` is the folder that the command line names.
    pub fn of(work: &str) -> Self {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let (names, places) = read_maps(&maps, work);
        let count = std::env::args_os().len();
        // SAFETY: the kernel puts the variables behind the arguments and a null pointer, and
        // nothing has changed `environ` yet.
        let arguments = unsafe { sys::environ.sub(count + 1) };
        Traces {
            arguments: arguments.cast_mut().cast(),
            names,
            places,
        }
    }

    /// Erase it all. No string that was made from the command line before may be used afterwards.
    pub fn erase(mut self) {
        self.erase_words();
        // SAFETY: with 0 it only tells where the heap ends now.
        let heap_end = unsafe { sbrk(0) };
        for (start, mut end) in std::mem::take(&mut self.places) {
            if end == 0 {
                end = heap_end;
            }
            // SAFETY: the kernel said that these pages are ours to read and write, and this
            // process has one thread.
            erase_names(
                unsafe { std::slice::from_raw_parts_mut(start as *mut u8, end - start) },
                &self.names,
            );
        }
    }

    /// Erase the words of the command line and the variables. They lie one behind the other, up to
    /// the program's own path.
    fn erase_words(&self) {
        if self.arguments.is_null() {
            return;
        }
        // SAFETY: both pointers lead to C strings that the kernel laid out; between them lie only
        // such strings, as the checks make sure.
        unsafe {
            let first = *self.arguments;
            let path = getauxval(AT_EXECFN) as *const c_char;
            if first.cast_const() != program_invocation_name.cast() || path.is_null() {
                return;
            }
            let end = path as usize + strlen(path);
            let length = end.wrapping_sub(first as usize);
            if !(NEW_NAME.len()..MOST_WORDS).contains(&length) {
                return;
            }
            first.write_bytes(0, length);
            first.copy_from_nonoverlapping(NEW_NAME.as_ptr(), NEW_NAME.len());
            *self.arguments.add(1) = std::ptr::null_mut();
        }
    }
}

/// Read the names to search for and the ranges to search from the text of `/proc/self/maps`. An end
/// of 0 stands for the end of the heap, which can still grow.
fn read_maps(maps: &str, work: &str) -> (Vec<Vec<u8>>, Vec<(usize, usize)>) {
    let mut names = BTreeSet::new();
    let mut places = Vec::new();
    add_folders(Path::new(work), &mut names);
    for line in maps.lines() {
        let mut fields = line.splitn(6, ' ');
        let (range, rights) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        let file = fields.nth(3).unwrap_or("").trim_start();
        let of_the_system = ["/usr/", "/lib"].iter().any(|root| file.starts_with(root));
        if file.starts_with('/') && !of_the_system {
            add_folders(
                Path::new(file).parent().unwrap_or(Path::new("/")),
                &mut names,
            );
        }
        let written = file.is_empty() || file == "[heap]" || file == "[stack]";
        if rights == "rw-p" && (written || file.contains("/ld-")) {
            let bound = |text: &str| usize::from_str_radix(text, 16).ok();
            if let Some((start, end)) = range.split_once('-') {
                if let (Some(start), Some(end)) = (bound(start), bound(end)) {
                    places.push((start, if file == "[heap]" { 0 } else { end }));
                }
            }
        }
    }
    let mut names: Vec<Vec<u8>> = names.into_iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for byte in names.iter_mut().flatten() {
        *byte ^= MASK;
    }
    (names, places)
}

/// Add the folder, and the folders above it whose paths have two parts or more.
fn add_folders(folder: &Path, names: &mut BTreeSet<Vec<u8>>) {
    use std::os::unix::ffi::OsStrExt;
    for (index, path) in folder.ancestors().enumerate() {
        let parts = path.components().count() - usize::from(path.has_root());
        if path.is_absolute() && (parts >= 2 || (index == 0 && parts == 1)) {
            names.insert(path.as_os_str().as_bytes().to_vec());
        }
    }
}

/// Overwrite every one of `names` (inverted, longest first) in `memory`.
fn erase_names(memory: &mut [u8], names: &[Vec<u8>]) {
    let mut at = 0;
    while let Some(found) = position(&memory[at..], b'/') {
        at += found;
        let rest = &mut memory[at..];
        let known = |name: &&Vec<u8>| {
            rest.len() >= name.len() && rest.iter().zip(*name).all(|(a, b)| *a == *b ^ MASK)
        };
        let length = names.iter().find(known).map_or(0, Vec::len);
        rest[..length].fill(FILLER);
        at += length.max(1);
    }
}

/// Find a byte, as `iter().position()` does, at the speed of the C library.
fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    // SAFETY: the pointer and the length are those of the slice.
    let found = unsafe { memchr(bytes.as_ptr().cast(), wanted.into(), bytes.len()) };
    (!found.is_null()).then(|| found as usize - bytes.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use super::{erase_names, read_maps, MASK};

    const MAPS: &str = "\
55d0-55d1 r--p 00000000 00:1f 77 /home/alice/.cache/evalpkg/runtime/ab/evalbox
55d2-55d3 rw-p 00002000 00:1f 77 /home/alice/.cache/evalpkg/runtime/ab/evalbox
6000-7000 rw-p 00000000 00:00 0 [heap]
7f00-7f10 rw-p 00000000 00:00 0
7f20-7f30 r-xp 00000000 08:01 9 /usr/lib/x86_64-linux-gnu/libc.so.6
7f40-7f50 rw-p 00000000 08:01 9 /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
7f60-7f70 rw-p 00000000 08:01 9 /usr/lib/x86_64-linux-gnu/libc.so.6
7ffc-7ffd rw-p 00000000 00:00 0 [stack]
";

    fn names() -> Vec<Vec<u8>> {
        read_maps(MAPS, "/dev/shm/evalpkg-1/tmp2").0
    }

    fn erased(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        erase_names(&mut bytes, &names());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_memory_that_the_program_wrote_is_searched() {
        let (_, places) = read_maps(MAPS, "/w");
        assert_eq!(
            places,
            [
                (0x6000, 0),
                (0x7f00, 0x7f10),
                (0x7f40, 0x7f50),
                (0x7ffc, 0x7ffd)
            ]
        );
    }

    #[test]
    fn folders_and_those_above_them_are_names_but_not_the_systems() {
        let plain: Vec<String> = names()
            .iter()
            .map(|name| String::from_utf8(name.iter().map(|byte| byte ^ MASK).collect()).unwrap())
            .collect();
        assert_eq!(plain[0], "/home/alice/.cache/evalpkg/runtime/ab");
        assert!(plain.contains(&"/home/alice".to_string()));
        assert!(plain.contains(&"/dev/shm/evalpkg-1".to_string()));
        assert!(!plain.iter().any(|name| name.starts_with("/usr")));
    }

    #[test]
    fn names_are_overwritten_and_nothing_else() {
        assert_eq!(
            erased("a/home/alice/.cache\0b"),
            format!("a{}\0b", "x".repeat(18))
        );
        assert_eq!(erased("/home/bob /usr/lib / /"), "/home/bob /usr/lib / /");
        assert!(!erased("/dev/shm/evalpkg-1/tmp2/batch.so").contains("evalpkg"));
        assert_eq!(erased("/home/alic"), "/home/alic");
    }

    #[test]
    fn the_list_of_names_is_not_found_by_the_search() {
        let mut list = names();
        let kept = list.clone();
        for name in &mut list {
            erase_names(name, &kept);
        }
        assert_eq!(list, kept);
    }
}
