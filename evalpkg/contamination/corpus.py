"""A corpus as a stream of documents; memory stays bounded for a corpus of any size."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
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
"""Size in characters of a block of a text file; each block is one document."""
OVERLAP = 1 << 14
"""Characters that a block repeats from the block before, so that no match is cut in two."""


@dataclass(frozen=True, slots=True)
class Document:
    """A row of JSON Lines, or a block of a text file.

    Attributes:
        where: name of the file and number of the document's first line.
    """

    where: str
    text: str


@dataclass(slots=True)
class Corpus:
    """One file of a corpus.

    Attributes:
        documents: number of documents read so far.
        sha256: digest of the file as stored; empty until the whole file is read.
    """

    path: Path
    documents: int = 0
    sha256: str = field(default="")

    def read(self, advance: Callable[[int], None] = lambda _: None) -> Iterator[Document]:
        """Yield each document.

        Args:
            advance: called with the number of bytes of each read, for a progress bar.

        Raises:
            DataError: if the file cannot be read, or a line of JSON Lines is not JSON.
            EnvironmentUnfitError: if the file is zstd and zstandard is not installed.
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
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error

    def _documents(self, lines: io.TextIOWrapper) -> Iterator[Document]:
        plain_name = self.path.name.removesuffix(".gz").removesuffix(".zst").lower()
        if plain_name.endswith(TABLES):
            raise DataError(
                f"{self.path} is a table, not JSON Lines or text",
                "Convert it to JSON Lines first, for example with to_json of datasets or pandas.",
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
                    f"{self.path}, line {number}: not JSON ({error})",
                    "A file named *.json or *.jsonl must be JSON Lines; rename it if it is text.",
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
                if size >= BLOCK:  # a single line longer than a block
                    kept, size = deque(), 0
                start = number - len(kept) + 1
        if fresh:
            yield Document(f"{self.path.name}, line {start}", "".join(kept))


class _Counted(io.RawIOBase):
    """A file that reports and digests the bytes that are read from it."""

    def __init__(self, raw: BinaryIO, advance: Callable[[int], None]) -> None:
        self._raw = raw
        self._advance = advance
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """Return True: the file is open for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into ``buffer``, and return the number of bytes."""
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        self._advance(len(data))
        return len(data)

    def close(self) -> None:
        """Do nothing: the caller that opened the file closes it."""


def _unpacked(path: Path, raw: BinaryIO) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if path.suffix != ".zst":
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, raw), BLOCK))
    reader = open_zstd(path, raw)
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, reader), BLOCK))


def _texts(value: Any) -> Iterator[str]:
    """Yield every string in a JSON value, in order; keys of objects do not count."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack += reversed(list(one.values()))
        elif isinstance(one, list):
            stack += reversed(one)
