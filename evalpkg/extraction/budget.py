"""Bounds the work of reading one answer. The work is counted, so the same answer ends alike.

Some texts take the grammar quadratic time. A time limit would make the verdict depend on the
machine. A count of characters, weighted by how much work they cause, does not.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_WORK = 1_000_000
"""Most weighted characters that are read for one answer; ordinary answers take some ten
thousand."""

DEAR = 24
"""Weight of a character that is slow in the parser's error recovery."""

VERY_DEAR = 6 * DEAR
"""Weight of a comment that begins directly after a word: rare, and slow where it is an error."""

_GLUED_COMMENT = re.compile(rb"[^\s/;{},)]//")

_LEAST_PER_STEP = 4
"""Least bytes of sound code that the parser reads in one step; it takes more steps where it tries
many ways to recover from an error (`-->` many times)."""

_MOST_OPEN_TEXTS = 16
"""Starts of raw strings that cost nothing extra. From each one without an end, the grammar reads
to the end of the text."""


class TooComplexError(Exception):
    """Reading the answer would take more work than any honest answer does."""


class _Meter(threading.local):
    """The work that is left for the answer that a thread reads; None where nothing is counted."""

    left: int | None = None


_meter = _Meter()


@contextmanager
def bounded(work: int) -> Iterator[None]:
    """Count the work inside; raise ``TooComplexError`` if it exceeds ``work``."""
    before, _meter.left = _meter.left, work
    try:
        yield
    finally:
        _meter.left = before


def charge(work: int) -> None:
    """Subtract ``work`` from the work that is left.

    Raises:
        TooComplexError: if less than ``work`` is left.
    """
    if _meter.left is None:
        return
    _meter.left -= work
    if _meter.left < 0:
        raise TooComplexError


def work_left() -> int:
    """Return the work left for the answer being read; below 0 if it exceeded its bound."""
    return 0 if _meter.left is None else _meter.left


def charge_parse(source: bytes) -> None:
    """Charge the most work that parsing ``source`` may take.

    Raises:
        TooComplexError: if less work is left.
    """
    if _meter.left is None:
        return
    charge(len(source) + DEAR * (source.count(b'"') + source.count(b"?")))
    charge(VERY_DEAR * len(_GLUED_COMMENT.findall(source)))
    if source.count(b"r#") + source.count(b'r"') > _MOST_OPEN_TEXTS:
        charge(_open_texts(source) * len(source) // _MOST_OPEN_TEXTS)


def charge_steps(steps: int, length: int) -> None:
    """Charge the steps of a parser that were more than sound code of this length takes.

    Raises:
        TooComplexError: if less work is left.
    """
    charge(DEAR * max(0, steps - length // _LEAST_PER_STEP))


def most_steps(length: int) -> float:
    """Return the number of steps that a parser may take for a text of this length."""
    if _meter.left is None:
        return math.inf
    return length // _LEAST_PER_STEP + max(0, _meter.left) // DEAR


def _open_texts(source: bytes) -> int:
    """Count the starts of raw strings that have no end."""
    last: dict[int, int] = {}
    found = 0
    position = source.find(b"r")
    while position >= 0:
        end = position + 1
        while source[end : end + 1] == b"#":
            end += 1
        if source[end : end + 1] == b'"':
            hashes = end - position - 1
            if hashes not in last:
                last[hashes] = source.rfind(b'"' + b"#" * hashes)
            found += last[hashes] <= end
        position = source.find(b"r", end)
    return found
