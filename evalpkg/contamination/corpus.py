"""Reads a corpus as a stream of documents, however large it is."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from evalpkg.errors import DataError
from evalpkg.zstd import open_zstd

JSON_LINES = (".jsonl", ".ndjson", ".json")
TABLES = (".parquet", ".arrow", ".csv", ".tsv", ".xlsx")
BLOCK = 1 << 20
"""Characters of one document of a text file."""
OVERLAP = 1 << 14
"""Characters at a block's end that the next one begins with, so that no match is cut in two."""


@dataclass(frozen=True, slots=True)
class Document:
    """A row of JSON Lines, or a block of a text file.

    Attributes:
        where: file and line of its beginning.
    """

    where: str
    text: str


@dataclass(slots=True)
class Corpus:
    """One file.

    Attributes:
        documents: read so far.
        sha256: of the file, known when all of it is read.
    """

    path: Path
    documents: int = 0
    sha256: str = field(default="")

    def read(self, advance: Callable[[int], None] = lambda _: None) -> Iterator[Document]:
        """Each document.

        Args:
            advance: told how many more bytes of the file have been read.

        Raises:
            DataError: if the file cannot be read, or a line of JSON Lines is no JSON.
            EnvironmentUnfitError: if what unpacks it is not installed.
        """
        try:
            with self.path.open("rb") as raw:
                counted = _Counted(raw, advance)
                with _unpacked(self.path, cast(BinaryIO, counted)) as plain:
                    lines = io.TextIOWrapper(plain, "utf-8", "replace")
                    for document in self._documents(lines):
                        self.documents += 1
                        yield document
                while counted.read(BLOCK):
                    pass
                self.sha256 = counted.digest.hexdigest()
        except (OSError, EOFError) as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error

    def _documents(self, lines: io.TextIOWrapper) -> Iterator[Document]:
        plain_name = self.path.name.removesuffix(".gz").removesuffix(".zst").lower()
        if plain_name.endswith(TABLES):
            raise DataError(
                f"{self.path} is a table, not JSON Lines or text",
                "Write it as JSON Lines first, such as with datasets' to_json or pandas.",
            )
        if plain_name.endswith(JSON_LINES):
            return self._rows(lines)
        return self._blocks(lines)

    def _rows(self, lines: io.TextIOWrapper) -> Iterator[Document]:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{self.path.name}, line {number}"
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"{self.path}, line {number}: no JSON ({error})",
                    "A corpus is JSON Lines, or text under another name than *.json*.",
                ) from error
            yield Document(where, "\n".join(_texts(value)))

    def _blocks(self, lines: io.TextIOWrapper) -> Iterator[Document]:
        kept: deque[str] = deque()
        size, start, fresh = 0, 1, False
        for number, line in enumerate(lines, start=1):
            kept.append(line)
            size += len(line)
            fresh = True
            if size >= BLOCK:
                yield Document(f"{self.path.name}, line {start}", "".join(kept))
                fresh = False
                while kept and size - len(kept[0]) >= OVERLAP:
                    size -= len(kept.popleft())
                if size >= BLOCK:  # one line without an end
                    kept, size = deque(), 0
                start = number - len(kept) + 1
        if fresh:
            yield Document(f"{self.path.name}, line {start}", "".join(kept))


class _Counted(io.RawIOBase):
    """A file that counts and digests what is read of it."""

    def __init__(self, raw: BinaryIO, advance: Callable[[int], None]) -> None:
        self._raw = raw
        self._advance = advance
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; the number of bytes."""
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        self._advance(len(data))
        return len(data)

    def close(self) -> None:
        """Nothing: who opened the file closes it."""


def _unpacked(path: Path, raw: BinaryIO) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if path.suffix != ".zst":
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, raw), BLOCK))
    reader = open_zstd(path, raw)
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, reader), BLOCK))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack += reversed(list(one.values()))
        elif isinstance(one, list):
            stack += reversed(one)
