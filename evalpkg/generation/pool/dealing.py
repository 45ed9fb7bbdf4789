"""Deals one model's samples to workers: which part is next, and what a lost worker left undone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import groupby
from math import ceil

from evalpkg.generation.base import Work
from evalpkg.models import Task

Piece = tuple[Task, int]
"""One sample that is asked for."""


class Deal:
    """The samples of one model that no worker has yet.

    Tasks with long prompts come first, so that what is left for the end is short.

    Args:
        work: what is asked for.
        rows: samples that a worker decodes at once; a part has at least as many where there are
            enough for everybody.
    """

    def __init__(self, work: Work, rows: int) -> None:
        self._rows = rows
        ordered = sorted(work, key=lambda item: -len(item[0].prompt))
        self._left = deque((task, index) for task, indexes in ordered for index in indexes)

    @property
    def left(self) -> int:
        """How many samples nobody works at."""
        return len(self._left)

    def take(self, workers: int) -> list[Piece]:
        """The next part for one of ``workers``: half of a fair share of what is left.

        Parts shrink towards the end, so that the last worker is not alone for long.
        """
        share = ceil(self.left / workers)
        size = max(ceil(share / 2), min(self._rows, share))
        return [self._left.popleft() for _ in range(min(size, self.left))]

    def put_back(self, pieces: Iterable[Piece]) -> None:
        """Return what a worker did not finish; it is dealt next."""
        self._left.extendleft(reversed(list(pieces)))


def as_work(pieces: Iterable[Piece]) -> Work:
    """Pieces as a backend takes them: grouped by task."""
    groups = groupby(pieces, key=lambda piece: piece[0].task_id)
    grouped = [list(group) for _, group in groups]
    return [(group[0][0], [index for _, index in group]) for group in grouped]
