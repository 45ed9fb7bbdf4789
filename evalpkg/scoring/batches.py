"""Put programs into batches so that no program can gain anything from another one in its batch."""

from __future__ import annotations

import math
from collections.abc import Iterator

from evalpkg.scoring.bench import Program
from evalpkg.scoring.routing import Company

MOST_OPEN = 64
"""The most batches that are filled at once. It limits how many programs wait, and how long."""


LEAST = 64
"""The fewest programs in a full batch, however many workers share them."""


def even_size(expected: int, workers: int, most: int) -> int:
    """Return the size of a full batch with which all workers get equal work.

    Starting rustc costs about as much as ten programs do, so batches are large; but one that holds
    all that is left would leave the other workers idle.

    Args:
        expected: number of programs to judge; 0 if that is not known.
        workers: number of batches judged at once.
        most: the most programs in a batch.
    """
    if not expected:
        return most
    batches = workers * math.ceil(expected / (workers * most))
    return min(most, max(LEAST, math.ceil(expected / batches)))


class Batches:
    """Fills batches, first come first served; ``Company`` decides which programs go together.

    Args:
        size: the number of programs in a full batch.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._open: list[_Batch] = []

    def add(self, program: Program, company: Company) -> list[Program]:
        """Put a program into a batch; return the programs of a batch to judge now, if any."""
        wary = company is Company.OTHER_TASKS
        if company is Company.NONE:
            return [program]
        batch = next((batch for batch in self._open if batch.takes(program, wary)), None)
        if batch is None:
            batch = _Batch(program.task.edition)
            self._open.append(batch)
        batch.add(program, wary)
        if len(batch.programs) >= self._size:
            return self._close(batch)
        if len(self._open) > MOST_OPEN:
            return self._close(max(self._open, key=lambda one: len(one.programs)))
        return []

    def rest(self) -> Iterator[list[Program]]:
        """Yield the batches that are not full."""
        while self._open:
            yield self._close(self._open[0])

    def _close(self, batch: _Batch) -> list[Program]:
        self._open.remove(batch)
        return batch.programs


class _Batch:
    """A batch that is being filled."""

    def __init__(self, edition: str) -> None:
        self.programs: list[Program] = []
        self._edition = edition
        self._problems: set[tuple[str, str]] = set()
        self._wary: set[tuple[str, str]] = set()

    def takes(self, program: Program, wary: bool) -> bool:
        if program.task.edition != self._edition:
            return False
        return _problem(program).isdisjoint(self._problems if wary else self._wary)

    def add(self, program: Program, wary: bool) -> None:
        self.programs.append(program)
        self._problems |= _problem(program)
        if wary:
            self._wary |= _problem(program)


def _problem(program: Program) -> set[tuple[str, str]]:
    """Name the problem that a program answers; another answer to it would be worth stealing."""
    task = program.task
    return {("cluster", task.cluster or task.task_id), ("entry point", task.entry_point)}
