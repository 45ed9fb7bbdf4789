"""A temporary folder that outlives its process by no more than the next command.

A process locks its folder while it lives. The next process that makes one in the same place removes
the folders of killed ones: in ``/dev/shm`` their memory would be lost until the machine restarts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from evalpkg.closing import Closing

PREFIX = "evalpkg-"
LOCK = ".lock"


class ProcessFolder(Closing):
    """A folder in ``place`` that its user alone may enter; ``path`` is where it lies."""

    def __init__(self, place: Path) -> None:
        sweep(place)
        self._owner = os.getpid()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        # The kernel drops the lock however the process ends. The file gets its name once it is
        # locked, so that no other process finds it free. A folder without one is being made.
        unnamed = self.path / f"{LOCK}.new"
        self._lock = os.open(unnamed, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unnamed.rename(self.path / LOCK)

    def close(self) -> None:
        """Remove the folder, but not from a forked child: it belongs to the parent."""
        if os.getpid() == self._owner:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)


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
