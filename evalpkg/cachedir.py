"""The cache folder. Its contents can be deleted: they are made again when needed."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """Return the cache folder.

    It is ``EVALPKG_CACHE``, else ``$XDG_CACHE_HOME/evalpkg``, else ``~/.cache/evalpkg``.
    """
    if named := os.environ.get("EVALPKG_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "evalpkg"
