"""Filter ``source_digest``: detects changes of the files that go into the wheel."""

from __future__ import annotations

import hashlib
from pathlib import Path


def source_digest(root: str, names: list[str]) -> str:
    """Compute one sha256 over the files below ``names``: their paths and bytes, in a fixed order.

    Args:
        root: the project.
        names: files and folders in it; a missing one counts as empty.
    """
    digest = hashlib.sha256()
    base = Path(root)
    for name in sorted(names):
        top = base / name
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(base).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file."""
        return {"source_digest": source_digest}
