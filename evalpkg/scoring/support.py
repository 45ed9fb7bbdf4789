"""Put the support library (or a third-party crate) beside each crate that is compiled.

It takes many times the space of all else in a batch's folder, so the crates of programs share one
copy by hard links. The crates of tests get copies of their own: the compiler of a hostile program
might change a shared file, and tests run unconfined.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from evalpkg.sandbox.scratch import scratch_root

_lock = threading.Lock()


def put_support(library: Path, work: Path, *, shared: bool) -> None:
    """Put the library into ``work``, where rustc looks for it.

    Args:
        library: path of the library in the cache.
        work: the folder of one crate.
        shared: True to link this process's shared copy instead of making a new one.
    """
    target = work / library.name
    if shared:
        try:
            target.hardlink_to(_shared(library))
        except OSError:
            target.unlink(missing_ok=True)
        else:
            return
    shutil.copyfile(library, target)


def _shared(library: Path) -> Path:
    """Return the path of this process's copy; copy again if it is missing or was changed."""
    copy = scratch_root() / f"{library.parent.name}-{library.name}"
    with _lock:
        if not _is_intact(copy, library):
            copy.unlink(missing_ok=True)
            partial = copy.with_suffix(".partial")
            shutil.copyfile(library, partial)
            partial.chmod(0o444)
            times = library.stat()
            os.utime(partial, ns=(times.st_mtime_ns, times.st_mtime_ns))
            partial.rename(copy)
    return copy


def _is_intact(copy: Path, library: Path) -> bool:
    """Tell whether nobody has written to the copy since it was made."""
    try:
        found, wanted = copy.stat(), library.stat()
    except FileNotFoundError:
        return False
    return (found.st_size, found.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns)
