"""Where programs are compiled: memory, where it can be had.

A process has one folder there, locked while it lives. What a killed process left behind is removed
by the next one: memory that nobody frees would be gone until the machine restarts.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

PREFIX = "evalpkg-"
LOCK = ".lock"

ROOM = 160 << 20
"""Bytes that one batch may take at most: its library and what the linker makes it from, each as
large as a file may be, and the support library."""


@lru_cache(maxsize=1)
def scratch_root() -> Path:
    """This process's own folder, which ends with the process.

    In ``/dev/shm`` if programs can be loaded from there and it has room (a container's often has
    not), else in the system's temporary folder. What is written there lives for one batch; memory
    spares the disk some 80 KiB a batch.
    """
    place = _place()
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    # A box may serve as a user that is not us: it must pass, and list nothing.
    folder.chmod(0o711)
    atexit.register(_remove, folder, os.getpid())
    # The kernel drops the lock on any exit. It gets its name when it is held, so that no other
    # process finds it free; a folder without one is being made.
    unnamed = folder / f"{LOCK}.new"
    fcntl.flock(os.open(unnamed, os.O_WRONLY | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    unnamed.rename(folder / LOCK)
    return folder


def sweep(place: Path) -> None:
    """Remove the folders of our own processes that are no more."""
    for lock in place.glob(f"{PREFIX}*/{LOCK}"):
        try:
            if lock.parent.stat().st_uid != os.getuid() or lock.parent.is_symlink():
                continue
            descriptor = os.open(lock, os.O_WRONLY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(descriptor)


def _remove(folder: Path, owner: int) -> None:
    """A forked child must not take its parent's folder away."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    """The first place with room for every CPU's batch, else the one with the most room."""
    memory, disk = Path("/dev/shm"), Path(tempfile.gettempdir())  # noqa: S108 - only a parent
    rooms = {place: room for place in (memory, disk) if (room := _room(place))}
    ample = [place for place, room in rooms.items() if room >= ROOM * len(os.sched_getaffinity(0))]
    return next(iter(ample), max(rooms, key=rooms.__getitem__, default=disk))


def _room(place: Path) -> int:
    """Bytes free there; 0 where programs cannot be written, or not be loaded."""
    try:
        found = os.statvfs(place)
    except OSError:
        return 0
    usable = os.access(place, os.W_OK | os.X_OK)
    barred = found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return found.f_bavail * found.f_frsize if usable and not barred else 0
