"""Canonical JSON, atomic writes and digests, for every file of a run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from evalpkg.errors import COPY_AGAIN, DataError, EnvironmentUnfitError

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical_json(value: Any) -> str:
    """Write ``value`` as JSON on one line: keys as given, no padding, UTF-8 without escapes.

    A lone surrogate (half of a pair, legal in JSON) has no UTF-8 form. So it is escaped, and the
    same text is read back.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def pretty_json(value: Any) -> str:
    """Write ``value`` as indented JSON for people; the bytes depend only on ``value``."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def cannot_write(path: Path, error: OSError) -> EnvironmentUnfitError:
    """Make the error that a user sees after a failed write."""
    return EnvironmentUnfitError(
        f"cannot write {path}: {error.strerror or error}",
        "Free some disk space, or choose an --output-dir that you may write to.",
    )


def require_in_place(path: Path, descriptor: int) -> None:
    """Require that ``path`` still names the open file ``descriptor``.

    Otherwise what is written from now on is lost, or stands in two folders.

    Raises:
        EnvironmentUnfitError: if the file or its folder was removed, moved or replaced.
    """
    ours = os.fstat(descriptor)
    try:
        there = path.stat()
    except OSError:
        there = None
    if there is None or not os.path.samestat(ours, there):
        raise EnvironmentUnfitError(
            f"{path} was removed, moved or replaced while this process worked on it",
            "Put the folder back, if it was moved, and give the same command again: what is in "
            "work/ is kept.",
        )


def remove(path: Path) -> None:
    """Remove the file ``path``, if it is there.

    Raises:
        EnvironmentUnfitError: if it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that replaces ``path`` when the block ends without an error.

    The content is on disk before the file gets its name. So no reader sees half of it, and no crash
    leaves half of it. If the block fails, ``path`` is unchanged.

    Raises:
        EnvironmentUnfitError: if the place cannot be written to.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def write_atomic(path: Path, content: str | bytes) -> None:
    """Replace the content of ``path`` atomically.

    Raises:
        EnvironmentUnfitError: if the place cannot be written to.
    """
    with replacing(path) as out:
        out.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Replace the content of ``path`` by ``lines`` atomically.

    Raises:
        EnvironmentUnfitError: if the place cannot be written to.
    """
    with replacing(path) as out:
        out.writelines(line.encode("utf-8") for line in lines)


def read_bytes(path: Path) -> bytes:
    """Read the bytes of the file ``path``.

    Raises:
        DataError: if the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}", COPY_AGAIN) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; refuse two equal keys, because readers differ in which they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def read_json(path: Path) -> dict[str, Any]:
    """Read the JSON object in ``path``.

    Raises:
        DataError: if the file is missing, unreadable, or holds anything else.
    """
    try:
        value = json.loads(read_bytes(path), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not valid JSON ({error})", COPY_AGAIN) from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected a JSON object", COPY_AGAIN)
    return value


def not_of_schema(path: Path, error: ValidationError) -> DataError:
    """Make the error about a file whose fields are not those of its schema; name the first."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return DataError(": ".join(filter(None, (str(path), place, first["msg"]))), COPY_AGAIN)
