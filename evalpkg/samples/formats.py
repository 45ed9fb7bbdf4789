"""The table of readers: each form that samples come in, and how it is told."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.models import Task
from evalpkg.samples.documents import rows_of_document, rows_of_folder, rows_of_inspect_log
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.rows import Row, rows_of

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZIP = b"PK\x03\x04"
STANDARD_INPUT = Path("-")
LARGEST = 4 << 30
"""Bytes that a compressed file may unpack to."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form that samples come in.

    Attributes:
        fits: whether a file with this content is of that form.
        read: its rows.
    """

    name: str
    fits: Callable[[Path, bytes], bool]
    read: Callable[[Path, bytes, TaskIds], Iterator[Row]]


def _is_inspect_log(path: Path, content: bytes) -> bool:
    if content.startswith(ZIP):
        return path.suffix == ".eval"
    return (
        content[:4096].lstrip().startswith(b"{")
        and b'"eval"' in content[:4096]
        and (b'"status"' in content[:4096])
    )


def _is_document(_path: Path, content: bytes) -> bool:
    if content.lstrip().startswith(b"["):
        return True
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _read_document(path: Path, content: bytes, ids: TaskIds) -> Iterator[Row]:
    yield from rows_of_document(_json(content, str(path)), ids, str(path))


def _read_lines(path: Path, content: bytes, ids: TaskIds) -> Iterator[Row]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        value = _json(line, where)
        if not isinstance(value, dict):
            raise DataError(f"{where}: expected a JSON object, found {type(value).__name__}")
        yield from (
            rows_of_document(value, ids, where) if "prompt" in value else rows_of(value, ids, where)
        )


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where}: not valid JSON ({getattr(error, 'msg', error)})",
            "Is it cut off? Mend it or remove it.",
        ) from None


FORMATS = (
    Format(
        "inspect_ai log",
        _is_inspect_log,
        lambda path, _content, ids: rows_of_inspect_log(path, ids),
    ),
    Format("JSON document", _is_document, _read_document),
    Format("JSON Lines", lambda _path, _content: True, _read_lines),
)
"""Tried in this order; the first that fits reads the file."""


def read_samples(path: Path, tasks: Sequence[Task], model: str = "") -> list[Row]:
    """All samples of a file or folder, each with ``task_id`` and ``completion``.

    Args:
        path: a file, a folder of ``.rs`` or MultiPL-E files, or ``-`` for standard input.
        tasks: what they answer.
        model: which model's rows to take, where the rows name more than one.

    Raises:
        DataError: if it holds none, or something that is no sample of ``tasks``.
    """
    ids = TaskIds(tasks)
    rows = list(_rows(path, ids))
    if not rows:
        raise DataError(f"{path} holds no samples", "Is it the right file?")
    return _of_one_model(rows, model, path)


def _rows(path: Path, ids: TaskIds) -> Iterator[Row]:
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.name.endswith((".json", ".json.gz")))
        for file in files:
            yield from _rows(file, ids)
        yield from rows_of_folder(path, ids)
        return
    content = _content(path)
    chosen = next(form for form in FORMATS if form.fits(path, content))
    yield from chosen.read(path, content, ids) if content.strip() else ()


def _content(path: Path) -> bytes:
    try:
        content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
        if content.startswith(GZIP):
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if content.startswith(ZSTD):
        content = _unpack_zstd(path, content)
    return content.removeprefix(b"\xef\xbb\xbf")


def _unpack_zstd(path: Path, content: bytes) -> bytes:
    try:
        import zstandard
    except ImportError as error:
        raise EnvironmentUnfitError(
            f"{path} is compressed with zstd, and zstandard is not installed",
            "Install it (pip install 'evalpkg[zstd]'), or unpack the file: zstd -d.",
        ) from error
    try:
        with zstandard.ZstdDecompressor().stream_reader(content) as stream:
            return bytes(stream.read(LARGEST))
    except zstandard.ZstdError as error:
        raise DataError(f"{path} cannot be unpacked: {error}") from error


def _of_one_model(rows: list[Row], model: str, path: Path) -> list[Row]:
    """The rows of one model: two models in one file are not one with more samples."""
    field = next((name for name in ("role", "model") if any(name in row for row in rows)), "")
    names = sorted({str(row[field]) for row in rows if field in row}) if field else []
    if model:
        rows = [row for row in rows if str(row.get(field, "")) == model]
        if not rows:
            raise DataError(f"{path} has no rows of {model!r}", f"It has: {', '.join(names)}.")
        return rows
    if len(names) > 1:
        raise DataError(
            f"{path} holds samples of {len(names)} models ({', '.join(names[:4])})",
            f"Choose one by its {field}: --model NAME.",
        )
    return rows
