"""Reads JSON Lines files, with one wording of their errors.

This module reads every file with one JSON object per line: data sets, samples of other harnesses,
the rows of a run and its logs.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import jsonlines

from evalpkg.errors import COPY_AGAIN, DataError

MEND = "Is the line cut off? Repair it or remove it."

_GZIP = b"\x1f\x8b"


class JsonLines:
    """The objects in the lines of one open file; blank lines are skipped.

    Args:
        path: the file's name, for messages.
        lines: its lines, each with its line feed.
        torn: True if a last line without line feed may be left from a kill, and does not count.
        cure: advice about a line that is not an object; ``{line}`` is replaced by its number.
        faults: gets number and fault of each line that is not an object, and reading goes on; None
            to raise at the first one.

    Attributes:
        number: number of the line last read, counted from 1.
        line: bytes of that line.
        offset: position of its first byte.
    """

    def __init__(
        self,
        path: Path,
        lines: Iterable[bytes],
        *,
        torn: bool = False,
        cure: str = MEND,
        faults: list[tuple[int, str]] | None = None,
    ) -> None:
        self._path = path
        self._lines = lines
        self._torn = torn
        self._cure = cure
        self._faults = faults
        self.number = 0
        self.line = b""
        self.offset = 0

    @property
    def where(self) -> str:
        """Name file and line, for messages."""
        return f"{self._path}, line {self.number}"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each object in turn.

        Raises:
            DataError: if the file cannot be read, or a line is not a JSON object.
        """
        reader = jsonlines.Reader(self._each(), loads=load_json)
        while True:
            try:
                value: dict[str, Any] = reader.read(type=dict, skip_empty=True)
            except EOFError:
                return
            except jsonlines.InvalidLineError as error:
                fault = _fault(error.__cause__)
                if self._faults is None:
                    cure = self._cure.format(line=self.number)
                    raise DataError(f"{self.where}: {fault}", cure) from None
                self._faults.append((self.number, fault))
                continue
            yield value

    def _each(self) -> Iterator[bytes]:
        try:
            for line in self._lines:
                self.offset += len(self.line)
                self.number += 1
                self.line = line
                if self.number == 1 and line.startswith(_GZIP):
                    raise DataError(
                        f"{self.where}: compressed with gzip",
                        "Unpack the file (gzip -d), or give it a name that ends in .gz.",
                    )
                if self._torn and not line.endswith(b"\n"):
                    return
                yield line
        except (OSError, EOFError, zlib.error) as error:  # the last two: a cut or damaged .gz
            raise cannot_read(self._path, error) from error


def _fault(reason: BaseException | None) -> str:
    """Say why a line is not an object."""
    if reason is None:
        return "expected a JSON object"
    if isinstance(reason, json.JSONDecodeError):
        column = min(reason.pos, len(reason.doc.rstrip())) + 1
        said = f"{reason.msg}, column {column}"
    elif isinstance(reason, UnicodeDecodeError):
        said = f"not UTF-8: {reason.reason}, byte {reason.start}"
    else:
        said = str(reason)
    return f"not valid JSON ({said})"


def open_lines(path: Path) -> IO[bytes]:
    """Read the file's lines; unpack them if the name ends in ``.gz``.

    Raises:
        DataError: if the file cannot be opened.
    """
    try:
        return gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise cannot_read(path, error) from error


def read_objects(
    path: Path, faults: list[tuple[int, str]] | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(line number, object)`` of each line that is not blank.

    Args:
        path: the file.
        faults: gets number and fault of each line that is not an object; None to raise instead.

    Raises:
        DataError: if the file cannot be read, or a line is not a JSON object.
    """
    with open_lines(path) as file:
        lines = JsonLines(path, file, faults=faults)
        for value in lines:
            yield lines.number, value


def cannot_read(path: Path, error: Exception) -> DataError:
    """Make the error that a user sees after a failed read."""
    return DataError(
        f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", COPY_AGAIN
    )


def load_json(text: str | bytes) -> Any:
    """Parse a value.

    Raises:
        ValueError: if it is not valid, an object has a key twice, or it is nested deeper than
            Python reads.
    """
    try:
        return _DECODER.decode(text)  # type: ignore[arg-type]
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in value if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} occurs twice in one object")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)
