"""How much reading one answer may cost: counted work, so that the same answer always ends alike.

A grammar takes time quadratic in some texts. A clock would make the verdict depend on the machine;
characters read, weighted by what makes reading them dear, do not.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_WORK = 1_000_000
"""Weighted characters that are read for one answer; ordinary ones take some ten thousand."""

DEAR = 24
"""Weight of a character that error recovery stumbles over."""

VERY_DEAR = 6 * DEAR
"""Weight of a comment that begins right behind a word: rare, and slow where it is an error."""

_GLUED_COMMENT = re.compile(rb"[^\s/;{},)]//")

_MOST_OPEN_TEXTS = 16
"""Raw strings that never end; from each, the grammar reads to the end of the text."""


class TooComplexError(Exception):
    """An answer that would take more work than any honest one."""


class _Meter(threading.local):
    """The work left to the answer that a thread is reading; None where nothing is counted."""

    left: int | None = None


_meter = _Meter()


@contextmanager
def bounded(work: int) -> Iterator[None]:
    """Count the work done inside, and raise ``TooComplexError`` where it is more than ``work``."""
    before, _meter.left = _meter.left, work
    try:
        yield
    finally:
        _meter.left = before


def charge(work: int) -> None:
    """Take ``work`` from what is left.

    Raises:
        TooComplexError: if nothing is left.
    """
    if _meter.left is None:
        return
    _meter.left -= work
    if _meter.left < 0:
        raise TooComplexError


def work_left() -> int:
    """What the answer being read may still cost; below 0 if it was to cost more."""
    return 0 if _meter.left is None else _meter.left


def charge_parse(source: bytes) -> None:
    """Take what it may cost to parse ``source``.

    Raises:
        TooComplexError: if that is more than is left.
    """
    if _meter.left is None:
        return
    charge(len(source) + DEAR * (source.count(b'"') + source.count(b"?")))
    charge(VERY_DEAR * len(_GLUED_COMMENT.findall(source)))
    if source.count(b"r#") + source.count(b'r"') > _MOST_OPEN_TEXTS:
        charge(_open_texts(source) * len(source) // _MOST_OPEN_TEXTS)


def _open_texts(source: bytes) -> int:
    """How many starts of raw strings have no end behind them."""
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
