"""Corrects what this process inherited from the one that started it, or refuses to judge.

A shell or a service manager hands down limits and signal settings. With a limit that is too small,
programs that did nothing wrong would get bad verdicts. So this is an error before any program is
judged.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.sandbox.trial import THREADS

DESCRIPTORS, DESCRIPTORS_PER_WORKER = 64, 16
"""Open files that this process may need for itself, and for each batch in work."""

MIB = 1 << 20

NEEDED = (
    (resource.RLIMIT_AS, "ulimit -v", "address space", 3072 * MIB, 1024),
    (resource.RLIMIT_FSIZE, "ulimit -f", "file size", 64 * MIB, 1024),
    (resource.RLIMIT_CPU, "ulimit -t", "CPU time", 600, 1),
    (resource.RLIMIT_NPROC, "ulimit -u", "processes", THREADS, 1),
    (resource.RLIMIT_STACK, "ulimit -s", "stack", 1 * MIB, 1024),
)
"""For each limit: its number, how a shell sets it, its name, the least hard limit, and the
shell's unit.

The compiler is granted the first two. Its box, and each program's, sets limits of its own, and no
process may set one above the hard limit that it was given.
"""


SETGID, SETUID = 6, 7
"""Numbers of the capabilities that let root become another user."""


def why_root_is_not_counted() -> str:
    """Return why root's programs could start unlimited threads here, or empty.

    The kernel does not limit root's processes. Root's programs therefore run as another user. Some
    machines have no other user, or do not let root become one.
    """
    if os.getuid() != 0:
        return ""
    known = sum(int(line.split()[2]) for line in _lines("/proc/self/uid_map"))
    if known <= 1:
        return "in this user namespace root is the only user"
    held = next((line for line in _lines("/proc/self/status") if line.startswith("CapEff:")), "")
    powers = int(held.split()[1], 16) if held else 0
    if not (powers >> SETUID & 1 and powers >> SETGID & 1):
        return "root lacks the capabilities SETUID and SETGID here"
    return ""


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []


def prepare_host(workers: int) -> None:
    """Make this process fit to start ``workers`` batches at once.

    Raises:
        EnvironmentUnfitError: if a limit that it was started with is too small.
    """
    _collect_children()
    _raise_descriptors(workers)
    for fault, cure in _too_small():
        raise EnvironmentUnfitError(fault, cure)


def _collect_children() -> None:
    """Restore the default action of SIGCHLD.

    A parent that ignores it hands that down, and then no exit status can be read.
    """
    if signal.getsignal(signal.SIGCHLD) is not signal.SIG_IGN:
        return
    if threading.current_thread() is not threading.main_thread():
        raise EnvironmentUnfitError(
            "SIGCHLD is ignored in this process, so no program's exit status can be learned",
            "Set it back before you start a thread: signal.signal(SIGCHLD, SIG_DFL).",
        )
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _raise_descriptors(workers: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = DESCRIPTORS + DESCRIPTORS_PER_WORKER * workers
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise EnvironmentUnfitError(
            f"this process may open {hard} files, and {workers} workers need {needed}",
            f"Raise the limit first ('ulimit -n {needed}'), or ask for fewer workers.",
        )
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _too_small() -> Iterator[tuple[str, str]]:
    for limit, command, name, needed, unit in NEEDED:
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY and hard < needed:
            have, want = hard // unit, needed // unit
            fault = (
                f"the limit on {name} is {have} ('{command}'), and {want} is the least that works"
            )
            yield fault, f"Start it with '{command} unlimited', or at least '{command} {want}'."
        elif limit in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
            resource.setrlimit(limit, (hard, hard))
