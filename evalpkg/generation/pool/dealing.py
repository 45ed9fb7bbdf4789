"""Distributes one model's samples among workers, and takes back what a lost worker left open."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import groupby
from math import ceil

from evalpkg.generation.base import Work
from evalpkg.models import Task

Piece = tuple[Task, int]
"""One sample that is wanted: its task and index."""


class Deal:
    """The samples of one model that no worker has yet.

    Tasks with long prompts come first, so that the samples left for the end take little time.

    Args:
        work: the samples that are wanted.
        rows: samples that a worker decodes at once. A part has at least this many, as long as there
            are enough for every worker.
    """

    def __init__(self, work: Work, rows: int) -> None:
        self._rows = rows
        ordered = sorted(work, key=lambda item: -len(item[0].prompt))
        self._left = deque((task, index) for task, indexes in ordered for index in indexes)

    @property
    def left(self) -> int:
        """Number of samples that no worker has."""
        return len(self._left)

    def take(self, workers: int) -> list[Piece]:
        """Return the next part for one of ``workers``: half of its fair share of what is left.

        Parts shrink towards the end, so that the workers end at about the same time.
        """
        share = ceil(self.left / workers)
        size = max(ceil(share / 2), min(self._rows, share))
        return [self._left.popleft() for _ in range(min(size, self.left))]

    def put_back(self, pieces: Iterable[Piece]) -> None:
        """Take back samples that a worker did not finish; they are dealt next."""
        self._left.extendleft(reversed(list(pieces)))


def as_work(pieces: Iterable[Piece]) -> Work:
    """Group pieces by task, as a backend takes them."""
    groups = groupby(pieces, key=lambda piece: piece[0].task_id)
    grouped = [list(group) for _, group in groups]
    return [(group[0][0], [index for _, index in group]) for group in grouped]
