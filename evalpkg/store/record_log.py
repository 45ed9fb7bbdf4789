"""An append-only log of records of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, Self, TypeVar

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.store.log import AppendLog, KeyOf
from evalpkg.store.records import Codec

T = TypeVar("T")


class RecordLog(Generic[T]):
    """Records in the order of their arrival. Inside the context, this process is the writer.

    Args:
        path: the log.
        codec: codec of its records.
        key: identity of a record's JSON object. If records have equal keys, only the first
            counts. Without a key, every record counts.
    """

    def __init__(self, path: Path, codec: Codec[T], key: KeyOf | None = None) -> None:
        self._log = AppendLog(path, key)
        self._codec = codec

    def append(self, records: Iterable[T]) -> None:
        """Add a batch; when this returns, it is on disk.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.append(self._codec.values(record) for record in records)

    def replace(self, records: Iterable[T]) -> None:
        """Replace all records of the log by ``records`` atomically.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.replace(self._codec.values(record) for record in records)

    def read(self) -> Iterator[T]:
        """Yield each record that counts, in the order written.

        Raises:
            DataError: if a line is not such a record.
        """
        for value in self._log.read():
            try:
                yield self._codec.parse(value)
            except ValueError as error:
                raise DataError(
                    f"{self._log.path}: not {self._codec.name} ({error})", COPY_AGAIN
                ) from None

    def close(self) -> None:
        """Stop being the writer."""
        self._log.close()

    def __enter__(self) -> Self:
        self._log.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
