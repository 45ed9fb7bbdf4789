"""Where programs are compiled: memory, where it can be had."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def scratch_root() -> Path:
    """``/dev/shm`` if programs can be loaded from it, else the system's temporary folder.

    What is written there lives for one batch; memory spares the disk some 80 KiB a batch.
    """
    memory = Path("/dev/shm")  # noqa: S108 - only ever a parent of private folders
    try:
        flags = os.statvfs(memory).f_flag
    except OSError:
        return Path(tempfile.gettempdir())
    usable = os.access(memory, os.W_OK | os.X_OK) and not flags & (os.ST_NOEXEC | os.ST_RDONLY)
    return memory if usable else Path(tempfile.gettempdir())
