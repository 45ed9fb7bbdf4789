"""The folder where programs are compiled: in memory where possible. Each process has one."""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from evalpkg.process_folder import ProcessFolder

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
    folder = ProcessFolder(_place())
    # A box may run as another user, who must enter the folder but not list it.
    folder.path.chmod(0o711)
    atexit.register(folder.close)
    return folder.path


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
