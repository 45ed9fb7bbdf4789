"""Writes finished work to disk, batch by batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")


class BatchSaver(Generic[Item]):
    """Saves the items it is given, in order; a context manager that ends with all saved.

    A batch is saved when it is full or when its first item has waited long enough, even if no other
    item comes. So a kill loses only what finished in the last ``seconds``.

    Args:
        save: writes a batch to disk; never called by two threads at once.
        rows: items of a full batch.
        seconds: longest time that an item waits.
    """

    def __init__(self, save: Callable[[list[Item]], None], rows: int, seconds: float) -> None:
        self._save = save
        self._rows = rows
        self._seconds = seconds
        self._lock = threading.Lock()
        self._batch: list[Item] = []
        self._alarm: threading.Timer | None = None
        self._failure: Exception | None = None

    def add(self, item: Item) -> None:
        """Take an item.

        Raises:
            Exception: whatever ``save`` raised, now or from the timer.
        """
        with self._lock:
            self._report()
            self._batch.append(item)
            if len(self._batch) >= self._rows:
                self._flush()
            elif self._alarm is None:
                self._alarm = threading.Timer(self._seconds, self._ring)
                self._alarm.daemon = True
                self._alarm.start()

    def _ring(self) -> None:
        with self._lock:
            try:
                self._flush()
            except Exception as error:  # raised later, in the thread that adds
                self._failure = error

    def _flush(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        batch, self._batch = self._batch, []
        if batch:
            self._save(batch)

    def _report(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._flush()
            self._report()
