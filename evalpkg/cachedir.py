"""The cache folder. Its contents can be deleted: they are made again when needed."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """Return the cache folder.

    It is ``EVALPKG_CACHE``, else ``$XDG_CACHE_HOME/evalpkg``, else ``~/.cache/evalpkg``.
    """
    if named := os.environ.get("EVALPKG_CACHE"):
        return _absolute(Path(named))
    base = os.environ.get("XDG_CACHE_HOME")
    return _absolute(Path(base) if base else Path.home() / ".cache") / "evalpkg"


def _absolute(folder: Path) -> Path:
    """Return the full path: the programs that use the folder run in others."""
    try:
        return folder.absolute()
    except FileNotFoundError:  # the folder that we were started in is gone
        return folder
