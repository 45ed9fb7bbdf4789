"""The table of readers: each form of samples, and how a file of that form is recognised."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError
from evalpkg.samples.documents import rows_of_document
from evalpkg.samples.faults import Faults
from evalpkg.samples.folders import files_of, row_of_rust_file, rust_files_of
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.inspect_log import is_inspect_log, rows_of_inspect_log
from evalpkg.samples.rows import Row
from evalpkg.samples.unpack import GZIP, content_of, encoding_of
from evalpkg.store import JsonLines, load_json
from evalpkg.zstd import is_zstd

Told = Callable[[str, bytes], None]
"""Called with the name and the content of each file that is read."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form of samples.

    Attributes:
        name: name of the form.
        fits: tells whether a file with this path and content has the form.
        read: yields the rows, and notes bad ones.
    """

    name: str
    fits: Callable[[Path, bytes], bool]
    read: Callable[[Path, bytes, TaskIds, Faults], Iterator[Row]]


def _is_document(_path: Path, content: bytes) -> bool:
    """Tell whether a file is one JSON value that is not a line of JSON Lines.

    An object on a single line counts as JSON Lines.
    """
    text = content.strip()
    if text.startswith(b"{") and b"\n" not in text:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read_document(path: Path, content: bytes, ids: TaskIds, faults: Faults) -> Iterator[Row]:
    try:
        value: Any = load_json(content.decode(json.detect_encoding(content)))
    except ValueError as error:
        raise DataError(
            f"{path}: not valid JSON ({getattr(error, 'msg', error)})",
            "Is it cut off, or were two files joined?",
        ) from None
    yield from rows_of_document(value, ids, str(path), faults)


def _read_lines(path: Path, content: bytes, ids: TaskIds, faults: Faults) -> Iterator[Row]:
    """Yield the rows of JSON Lines.

    lm-eval writes a line of each sample for each of its filters; only the lines of the first filter
    are read.
    """
    lines = JsonLines(path, iter(io.BytesIO(content)))
    filters: set[str] = set()
    for value in _objects(lines, faults):
        if "resps" in value and "filter" in value:
            filters = filters or {str(value["filter"])}
            if str(value["filter"]) not in filters:
                continue
        yield from rows_of_document(value, ids, lines.where, faults)


def _objects(lines: JsonLines, faults: Faults) -> Iterator[Row]:
    """Yield the object in each line; note a line without one and go on with the next."""
    objects = iter(lines)
    while True:
        try:
            value = next(objects, None)
        except DataError as error:
            faults.note(error)
            objects = iter(lines)
            continue
        if value is None:
            return
        yield value


FORMATS = (
    Format(
        "inspect_ai log",
        is_inspect_log,
        lambda path, _content, ids, faults: rows_of_inspect_log(path, ids, faults),
    ),
    Format("JSON document", _is_document, _read_document),
    Format("JSON Lines", lambda _path, _content: True, _read_lines),
)
"""The forms, tried in this order; the first that fits reads the file."""


def read_rows(path: Path, ids: TaskIds, faults: Faults, told: Told) -> Iterator[Row]:
    """Yield the rows of a file, of the files in a folder, or of standard input for ``-``.

    Args:
        path: the file or folder.
        ids: names of the tasks that the rows may answer.
        faults: collects bad rows.
        told: called with the name and the content of each file.

    Raises:
        DataError: if a file cannot be read.
        EnvironmentUnfitError: if the package that reads its form is not installed.
    """
    if path.is_dir():
        for file in files_of(path):
            yield from _read_file(file, ids, faults, told)
        for file in rust_files_of(path):
            told(file.relative_to(path).as_posix(), content_of(file))
            yield from faults.rows(row_of_rust_file(file, path, ids))
        return
    yield from _read_file(path, ids, faults, told)


_MAGIC = {
    b"PAR1": "a Parquet table",
    b"PK\x03\x04": "a zip archive",
    b"ARROW1": "an Arrow table",
    b"SQLite format 3": "a database",
    b"\x80\x04": "a Python pickle",
    b"\x89HDF": "an HDF5 file",
}
_SUFFIXES = {".csv": "a table of CSV", ".tsv": "a table of TSV", ".xlsx": "a spreadsheet"}


_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", GZIP: "gzip, twice"}


def _refuse_other_files(path: Path, content: bytes) -> None:
    """Refuse a file that holds no JSON at all, by what it is."""
    if is_inspect_log(path, content):
        return
    kind = _SUFFIXES.get(path.suffix.casefold(), "")
    kind = next((name for mark, name in _MAGIC.items() if content.startswith(mark)), kind)
    if kind:
        raise DataError(
            f"{path} is {kind}, and samples are read from JSON",
            "Write it as JSON Lines: one object with task_id and completion a line.",
        )
    if path.suffix == ".rs":
        raise DataError(
            f"{path} is one Rust file, and a folder of such files is read",
            "Name the folder in which it lies; docs/samples.md says how its files are named.",
        )
    packed = next((name for mark, name in _PACKED.items() if content.startswith(mark)), "")
    if packed or is_zstd(content):
        raise DataError(
            f"{path} is packed with {packed or 'zstd, twice'}",
            "Unpack it, or pack it once with gzip or zstd.",
        )
    if content.startswith(b"version https://git-lfs"):
        raise DataError(
            f"{path} is a git-lfs pointer: the file itself was never fetched",
            "Run `git lfs pull` in the checkout.",
        )


def _as_utf_8(path: Path, content: bytes) -> bytes:
    try:
        return content.decode("utf-16").encode()
    except UnicodeError as error:
        raise DataError(
            f"{path} is not valid UTF-16, of which it has the mark: {error}",
            "Is it cut off? Copy it again, or save it as UTF-8.",
        ) from error


def _read_file(path: Path, ids: TaskIds, faults: Faults, told: Told) -> Iterator[Row]:
    content = content_of(path)
    told("standard input" if str(path) == "-" else path.name, content)
    if content.strip():
        if encoding_of(content) == "utf-16":
            content = _as_utf_8(path, content)
        _refuse_other_files(path, content)
        chosen = next(form for form in FORMATS if form.fits(path, content))
        yield from faults.rows(chosen.read(path, content, ids, faults))
