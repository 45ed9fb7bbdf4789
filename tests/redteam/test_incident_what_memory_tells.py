"""Incident: a program could read where the scorer lies, and whose it is, in its own memory.

A subject is forked from the fork-server. The server's command line lay on its stack, and the
dynamic loader keeps the paths of what it loaded, so the folders of the cache, of the toolchain and
of the scratch place could be found, with the user's name in them; and `uname` told the host's name
though there was a UTS namespace.
"""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

import evalpkg
from evalpkg.cachedir import cache_root
from evalpkg.rust import find_toolchain
from evalpkg.sandbox.scratch import scratch_root
from tests.redteam.judging import judge, program
from tests.redteam.test_redteam import available

SEARCH = """
type Each = extern "C" fn(*const usize, usize, *mut Vec<usize>) -> i32;
extern "C" {
    fn getauxval(kind: u64) -> usize;
    fn sbrk(more: isize) -> usize;
    fn memchr(bytes: usize, wanted: i32, length: usize) -> usize;
    fn pipe(ends: *mut i32) -> i32;
    fn read(descriptor: i32, bytes: *mut u8, length: usize) -> isize;
    fn write(descriptor: i32, bytes: usize, length: usize) -> isize;
    fn dl_iterate_phdr(each: Each, to: *mut Vec<usize>) -> i32;
}
extern "C" fn note(object: *const usize, _: usize, to: *mut Vec<usize>) -> i32 {
    unsafe { (*to).push(*object); }
    0
}
const PAGE: usize = 4096;
// The C library's search for the first byte is fast, and this code is not optimised.
fn found(bytes: &[u8], needle: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let next = unsafe { memchr(rest.as_ptr() as usize, !needle[0] as i32, rest.len()) };
        if next == 0 { return false; }
        at += next - rest.as_ptr() as usize;
        let same = bytes[at..].iter().zip(needle).take_while(|(byte, wanted)| **byte == !**wanted);
        if same.count() == needle.len() { return true; }
        at += 1;
    }
    false
}
fn add(a: i32, b: i32) -> i32 {
    // Inverted, so that the search does not find itself.
    let needle: Vec<u8> = vec![NEEDLE];
    let mut objects: Vec<usize> = Vec::new();
    let mut ends = [0i32; 2];
    let mut places: Vec<(usize, usize)> = Vec::new();
    unsafe {
        pipe(ends.as_mut_ptr());
        dl_iterate_phdr(note, &mut objects);
        let top = getauxval(31) & !(PAGE - 1);
        places.push((top - (4 << 20), top + (1 << 20)));
        let heap = sbrk(0);
        places.push((heap - (8 << 20), heap + PAGE));
        objects.retain(|at| *at != 0);
        for at in objects {
            places.push(((at & !(PAGE - 1)) - (8 << 20), at + (16 << 20)));
        }
    }
    places.sort();
    let mut page = vec![0u8; PAGE];
    let mut last: Vec<u8> = Vec::new();
    let mut done = 0;
    for (start, end) in places {
        let mut at = start.max(done) & !(PAGE - 1);
        while at < end {
            let readable = unsafe { write(ends[1], at, PAGE) } == PAGE as isize;
            if readable {
                unsafe { read(ends[0], page.as_mut_ptr(), PAGE) };
                last.extend_from_slice(&page);
                if found(&last, &needle) { return a.wrapping_add(b); }
                let keep = last.len() - needle.len();
                last.drain(..keep);
            } else {
                last.clear();
            }
            at += PAGE;
        }
        done = done.max(end);
    }
    -99
}
"""
HOST = """
extern "C" { fn uname(names: *mut u8) -> i32; }
fn add(a: i32, b: i32) -> i32 {
    let mut names = [0u8; 6 * 65];
    unsafe { uname(names.as_mut_ptr()) };
    let told = names[65..130].split(|byte| *byte == 0).next() == Some(&b"NAME"[..]);
    if told { a.wrapping_add(b) } else { -99 }
}
"""


def search(needle: str) -> str:
    inverted = ", ".join(str(0xFF ^ byte) for byte in needle.encode())
    return SEARCH.replace("NEEDLE", inverted)


PROVIDERS = ["landlock", "bubblewrap", "firejail", "podman"]


@pytest.mark.parametrize("provider", [*PROVIDERS, "none"])
def test_no_folder_of_the_host_is_in_the_memory_of_a_program(provider: str) -> None:
    if provider != "none":
        available(provider)
    package = Path(evalpkg.__file__).parent
    folders = [cache_root(), find_toolchain().sysroot, package, Path.home()]
    if provider != "none":
        # Without a sandbox, a program can simply ask for its working folder.
        folders.append(scratch_root())
    texts = [str(folder) for folder in folders if len(folder.parts) > 2]
    # Something that is there must be found, or a search without findings shows nothing.
    there = ["GLIBC_TUNABLES", "batch.so", "unknown verb", "libstd-"]
    items = [program("red/add", search(text)) for text in (*texts, *there)]
    found = [verdict.kind.value for verdict in judge(items, sandbox=provider)]
    told = dict(zip((*texts, *there), found, strict=True))
    expected = dict.fromkeys(texts, "test_failed") | dict.fromkeys(there, "passed")
    assert told == expected


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_name_of_the_host_is_not_told(provider: str) -> None:
    available(provider)
    names = [platform.node(), "box"]
    items = [program("red/add", HOST.replace("NAME", name)) for name in names]
    found = [verdict.kind.value for verdict in judge(items, sandbox=provider)]
    assert found == ["test_failed", "passed"]
