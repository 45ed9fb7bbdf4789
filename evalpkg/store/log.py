"""Append-only JSONL log that survives a kill at any moment.

A batch is one write followed by fsync. A crash leaves a prefix of the written bytes, so only the
last line can be torn. A line without its line feed does not count: readers skip it, and the next
writer removes it first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from evalpkg.closing import Closing
from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.store.files import cannot_write, canonical_json, replacing, require_in_place
from evalpkg.store.json_lines import JsonLines, cannot_read
from evalpkg.store.lock import WriterLock

Record = Mapping[str, Any]
KeyOf = Callable[[Record], Hashable]

_CURE = (
    "A kill cuts only the last line, so something else damaged this one. Keep the lines before "
    "{line}; the next run makes the lost records again."
)


class AppendLog(Closing):
    """One append-only file of JSON objects with a single writer.

    Args:
        path: the log; the first append creates the file and its folder.
        key: identity of a record. If records have equal keys, only the first counts. Without a
            key, every record counts.
    """

    def __init__(self, path: Path, key: KeyOf | None = None) -> None:
        self.path = path
        self._key = key
        self._lock = WriterLock(path.with_name(path.name + ".lock"))
        self._descriptor: int | None = None

    def open(self) -> Self:
        """Become the writer: take the lock and remove a torn last line.

        Raises:
            EnvironmentUnfitError: if another process writes this log, or a write fails.
        """
        self._writer()
        return self

    def append(self, records: Iterable[Record]) -> None:
        """Add a batch; when this returns, it is on disk.

        Raises:
            EnvironmentUnfitError: if it could not be written (then the log is unchanged), the log
                was removed or moved, or another process writes it.
        """
        data = b"".join(_line(record) for record in records)
        if not data:
            return
        descriptor = self._writer()
        require_in_place(self.path, descriptor)
        before = os.fstat(descriptor).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError as error:
            with suppress(OSError):  # on a file system that has become read-only
                os.ftruncate(descriptor, before)
            raise cannot_write(self.path, error) from error

    def replace(self, records: Iterable[Record]) -> None:
        """Replace all records of the log by ``records`` atomically.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes this log.
        """
        self._writer()
        try:
            with replacing(self.path) as out:
                out.writelines(_line(record) for record in records)
        finally:
            self.close()

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield each record once, in the order written; of records with equal keys, the first.

        Raises:
            DataError: if a line other than a torn last one is not a JSON object.
        """
        seen: set[Hashable] = set()
        for _, _, record in self.placed():
            if self._key is not None:
                key = self._key_of(self._key, record)
                if key in seen:
                    continue
                seen.add(key)
            yield record

    def placed(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Yield every whole line, duplicates included, as (byte offset, line number, record).

        Raises:
            DataError: if a line other than a torn last one is not a JSON object.
        """
        try:
            with self.path.open("rb") as file:
                lines = JsonLines(self.path, file, torn=True, cure=_CURE)
                for record in lines:
                    yield lines.offset, lines.number, record
        except FileNotFoundError:
            return
        except OSError as error:
            raise cannot_read(self.path, error) from error

    def close(self) -> None:
        """Stop being the writer."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self.open()

    def _writer(self) -> int:
        """Return the descriptor for appending; the first call locks and repairs the file."""
        if self._descriptor is not None:
            return self._descriptor
        self._lock.acquire()
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(descriptor, _intact_size(descriptor))
        except OSError as error:
            self._lock.release()
            raise cannot_write(self.path, error) from error
        self._descriptor = descriptor
        return descriptor

    def _key_of(self, key: KeyOf, record: Record) -> Hashable:
        try:
            return key(record)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{self.path}: a record without a key ({error!r})", COPY_AGAIN
            ) from error


def _line(record: Record) -> bytes:
    return f"{canonical_json(dict(record))}\n".encode()


def _intact_size(descriptor: int) -> int:
    """Return the number of bytes up to and including the last line feed."""
    end = os.fstat(descriptor).st_size
    block = 1 << 16
    while end > 0:
        start = max(0, end - block)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
