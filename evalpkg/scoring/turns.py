"""The rounds in which a program is judged, and which of them may run at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum


class Round(Enum):
    """The way in which a program is judged; each round takes programs that the last left undecided.

    Attributes:
        FIRST: in one crate with others, beside other batches.
        ALONE: in a crate of its own, beside other batches.
        WAITING: in a crate of its own, beside others that mostly wait.
        QUIET: in a crate of its own, while nothing else is compiled or run.
    """

    FIRST = "first"
    ALONE = "alone"
    WAITING = "waiting"
    QUIET = "quiet"

    def goes_with(self, other: Round) -> bool:
        """Tell whether batches of both may be judged at the same time."""
        if Round.QUIET in (self, other):
            return False
        return (self is Round.WAITING) == (other is Round.WAITING)


class Turns:
    """A lock that lets in batches that may be judged together; first come, first served.

    Several threads, and several calls of a scorer, use it at once.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: list[Round] = []
        self._queue: list[object] = []

    @contextmanager
    def take(self, wanted: Round) -> Iterator[None]:
        """Wait until a batch of this round may be judged; the turn ends with the context."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            self._changed.wait_for(lambda: self._queue[0] is ticket and self._fits(wanted))
            self._queue.pop(0)
            self._inside.append(wanted)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._inside.remove(wanted)
                self._changed.notify_all()

    def _fits(self, wanted: Round) -> bool:
        return all(wanted.goes_with(inside) for inside in self._inside)
