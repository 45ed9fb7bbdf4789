"""The support library beside each crate, without a copy for each; third-party crates likewise.

It takes many times the room of all else in a batch's folder. The crates of programs therefore share
one copy by hard links. The crates of tests do not: what their processes run must not depend on what
a compiler of programs may have done to a shared file.
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
        library: the one in the cache.
        work: folder of one crate.
        shared: link this process's copy rather than make another.
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
    """This process's copy, made anew where it is missing or is no longer what was copied."""
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
