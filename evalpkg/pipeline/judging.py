"""Gives work to the scorer, and writes its verdicts to disk batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Generic, TypeVar

from evalpkg.extraction import LONGEST_ANSWER, extract
from evalpkg.models import Extraction, Task, Verdict
from evalpkg.pipeline.saving import BatchSaver
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer

Work = TypeVar("Work")

UNCONFINED = (
    "WARNING: no sandbox, as asked. The model's programs run with your rights: they can read, "
    "change and send whatever you can."
)

FLUSH_ROWS = 256
FLUSH_SECONDS = 1.0
"""A batch is written at this size or age, so a kill loses at most this much judging."""


class Extractor:
    """Extracts programs, and remembers answers that a model repeats.

    Samples come task by task, so only the completions of the current task are remembered.
    """

    def __init__(self) -> None:
        self._task_id = ""
        self._known: dict[str, Extraction] = {}

    def __call__(self, task: Task, completion: str) -> Extraction:
        """Return the program in ``completion``."""
        if len(completion) > LONGEST_ANSWER:
            return extract(task, completion)  # too long to be remembered
        if task.task_id != self._task_id:
            self._task_id, self._known = task.task_id, {}
        found = self._known.get(completion)
        if found is None:
            found = self._known[completion] = extract(task, completion)
        return found


class Judging(Generic[Work]):
    """One pass of the scorer over the work that is left.

    Args:
        scorer: judges the programs.
        prepare: returns the task of a piece of work, and its program.
        save: writes a batch of finished work to disk.
        progress: told of verdicts.
    """

    def __init__(
        self,
        scorer: Scorer,
        prepare: Callable[[Work], tuple[Task, Extraction]],
        save: Callable[[list[tuple[Work, Extraction, Verdict]]], None],
        progress: Progress,
    ) -> None:
        self._scorer = scorer
        self._prepare = prepare
        self._progress = progress
        self._waiting: dict[int, tuple[Work, Extraction]] = {}
        self._finished = BatchSaver(save, FLUSH_ROWS, FLUSH_SECONDS)
        if scorer.provider.name == "none":
            progress.note(UNCONFINED)

    def run(self, pending: Collection[Work]) -> None:
        """Judge everything in ``pending``; finished work is saved even on an interrupt."""
        with self._finished:
            self._scorer.judge(self._items(pending), self._on_verdict, len(pending))

    def _items(self, pending: Iterable[Work]) -> Iterator[tuple[Task, Extraction]]:
        for position, work in enumerate(pending):
            task, extraction = self._prepare(work)
            self._waiting[position] = (work, extraction)
            yield task, extraction

    def _on_verdict(self, position: int, verdict: Verdict, from_cache: bool) -> None:
        work, extraction = self._waiting.pop(position)
        self._finished.add((work, extraction, verdict))
        self._progress.advance(verdict=verdict.kind.value, cached=from_cache)
