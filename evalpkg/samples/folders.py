"""Finds samples in folders: a file of MultiPL-E for each task, or ``.rs`` files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.rows import Row
from evalpkg.samples.unpack import encoding_of

_NUMBER = re.compile(r"^(?P<name>.+?)[._-](?P<number>\d+)$")
_KINDS = (".json", ".jsonl", ".eval")
_PACKED = (".gz", ".zst")


def files_of(folder: Path) -> list[Path]:
    """Return the samples files in a folder, sorted, without ``.rs`` files.

    MultiPL-E writes two files for a task: the completions, and their results. If both are there,
    only the first is returned.
    """
    files = {path for path in _visible(folder) if _plain(path.name).endswith(_KINDS)}
    names = {path.parent / _plain(path.name) for path in files}
    return sorted(
        path
        for path in files
        if not _plain(path.name).endswith(".results.json")
        or path.parent / _plain(path.name).replace(".results.json", ".json") not in names
    )


def _plain(name: str) -> str:
    """Return a file's name without the suffix of its compression."""
    return next((name.removesuffix(end) for end in _PACKED if name.endswith(end)), name)


def rust_files_of(folder: Path) -> list[Path]:
    """Return the ``.rs`` files in a folder, sample 2 of a task before sample 10."""

    def parts(path: Path) -> list[tuple[str, int, str]]:
        pieces = re.split(r"(\d+)", str(path))
        return [("", int(p), "") if p.isdigit() else (p, 0, "") for p in pieces]

    return sorted((path for path in _visible(folder) if path.suffix == ".rs"), key=parts)


def _visible(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in those below it, except hidden ones.

    Other programs keep copies under hidden names: a notebook's ``.ipynb_checkpoints`` would give
    every sample twice. A link that leads nowhere is yielded, so that reading it names it.
    """
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and (path.is_file() or (path.is_symlink() and not path.exists())):
            yield path


def row_of_rust_file(path: Path, folder: Path, ids: TaskIds) -> Iterator[Row]:
    """Yield the sample in ``TASK.rs``, ``TASK_0.rs`` or ``TASK/0.rs``.

    Raises:
        DataError: if the file's name fits no task, or the file cannot be read.
    """
    where = str(path)
    inside = path.relative_to(folder).parts[:-1]
    name = "/".join(inside) or path.stem
    try:
        task = ids.find(name, where)
    except DataError:
        match = _NUMBER.match(name)
        if match is None:
            raise
        task = ids.find(match["name"], where)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{where} cannot be read: {error.strerror or error}", COPY_AGAIN) from error
    text = content.decode(encoding_of(content), "replace").replace("\r\n", "\n")
    yield {"task_id": task, "completion": text, "file": path.relative_to(folder).as_posix()}
