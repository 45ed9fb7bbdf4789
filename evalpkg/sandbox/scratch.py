"""The folder where programs are compiled: in memory where possible.

Each process has one folder there, which it locks while it lives. The next process removes the
folders of killed ones: otherwise their memory would be lost until the machine restarts.
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
"""Most bytes that one batch may take: its library, the object file that the linker makes it from
(each as large as a file may be), and the support library."""


@lru_cache(maxsize=1)
def scratch_root() -> Path:
    """Return this process's own folder, which is removed when the process ends.

    It lies in ``/dev/shm`` if programs can be loaded from there and there is room (in a container
    there often is not), else in the system's temporary folder. Its files live for one batch; memory
    spares the disk about 80 KiB a batch.
    """
    place = _place()
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    # A box may run as another user, who must enter the folder but not list it.
    folder.chmod(0o711)
    atexit.register(_remove, folder, os.getpid())
    # The kernel drops the lock however the process ends. The file gets its name once it is locked,
    # so that no other process finds it free. A folder without one is being made.
    unnamed = folder / f"{LOCK}.new"
    fcntl.flock(os.open(unnamed, os.O_WRONLY | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    unnamed.rename(folder / LOCK)
    return folder


def sweep(place: Path) -> None:
    """Remove the folders of our processes that have ended."""
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
    """Remove the folder, but not from a forked child: it belongs to the parent."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    """Return the first place with room for a batch on every CPU, else the roomiest."""
    memory, disk = Path("/dev/shm"), Path(tempfile.gettempdir())  # noqa: S108 - only a parent
    rooms = {place: room for place in (memory, disk) if (room := _room(place))}
    ample = [place for place, room in rooms.items() if room >= ROOM * len(os.sched_getaffinity(0))]
    return next(iter(ample), max(rooms, key=rooms.__getitem__, default=disk))


def _room(place: Path) -> int:
    """Return the free bytes of a place; 0 if programs cannot be written there or loaded."""
    try:
        found = os.statvfs(place)
    except OSError:
        return 0
    usable = os.access(place, os.W_OK | os.X_OK)
    barred = found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return found.f_bavail * found.f_frsize if usable and not barred else 0
