"""An advisory lock that allows one writer at a time and ends with its process."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.store.files import cannot_write, require_in_place


class WriterLock:
    """Exclusive lock on a file beside the protected file; the kernel releases it on any exit.

    The file holds the owner's process id, for the message to another process. It stays when the
    lock is released, because removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            EnvironmentUnfitError: if another process has the lock, or the file cannot be created or
                locked.
        """
        if self._descriptor is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise EnvironmentUnfitError(
                f"{self._path.parent} is being written by another process (pid {owner})",
                "Wait until it ends, stop it, or choose another --output-dir.",
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise EnvironmentUnfitError(
                f"{self._path} cannot be locked: {error.strerror}",
                "A network file system without a lock service cannot hold a run: choose an "
                "--output-dir on another one.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        self._descriptor = descriptor
        _HELD.add(self)

    def require_in_place(self) -> None:
        """Require that the folder is the one in which the lock was taken.

        Raises:
            EnvironmentUnfitError: if it was removed, moved or replaced.
        """
        if self._descriptor is not None:
            require_in_place(self._path, self._descriptor)

    def release(self) -> None:
        """Release the lock; nothing happens if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            _HELD.discard(self)


_HELD: weakref.WeakSet[WriterLock] = weakref.WeakSet()


def _let_go_in_child() -> None:
    """Close the locks in a forked worker, which may outlive a killed parent."""
    for lock in list(_HELD):
        lock.release()


os.register_at_fork(after_in_child=_let_go_in_child)
