"""Judges samples while others are still being generated.

So the first verdicts already show a wrong prompt template, and the last verdict comes soon after
the last sample. ``RunScoring.run`` judges the samples that are left when generation ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Self

from evalpkg.errors import EvalError
from evalpkg.models import Extraction, Role, Sample, Task, Verdict, VerdictKind
from evalpkg.pipeline.judging import UNCONFINED
from evalpkg.pipeline.score import RunScoring
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer

TOGETHER = 64
"""Samples a worker that are judged together: enough to share the start of a compiler."""

PATIENCE_S = 15.0
"""Seconds that a sample waits for others, at most. So the first verdicts come in the first
minute."""

TOLD_AT = (16, 64)
"""Numbers of judged answers of a model at which the user is told how they did."""

_log = logging.getLogger("evalpkg")


class Overlap:
    """Judges samples in a thread of its own; a context manager around generation.

    The thread gives way to generation, as ``Scorer.beside_other_work`` says. If judging fails here,
    it stops until generation has ended; generation goes on.

    Args:
        scoring: the run's samples, and the log of their verdicts.
        scorer: judges the samples.
        progress: told of verdicts and notes.
        workers: batches judged at once.
    """

    def __init__(
        self, scoring: RunScoring, scorer: Scorer, progress: Progress, workers: int
    ) -> None:
        self._scoring = scoring
        self._scorer = scorer
        self._progress = progress
        self._workers = workers
        self._changed = threading.Condition()
        self._waiting: deque[tuple[float, Sample]] = deque()
        self._ended = False
        self._abandoned = False
        self._first = FirstVerdicts()
        self._thread = threading.Thread(target=self._work, name="overlap", daemon=True)

    def offer(self, samples: Sequence[Sample]) -> None:
        """Take samples that are on disk. May be called by any thread."""
        now = time.monotonic()
        with self._changed:
            self._waiting.extend((now, sample) for sample in samples)
            self._changed.notify()

    def __enter__(self) -> Self:
        if self._scorer.provider.name == "none":
            self._progress.note(UNCONFINED)
        self.offer(self._scoring.pending())
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with self._changed:
            self._ended = True
            self._abandoned = error is not None
            self._changed.notify()
        self._thread.join()
        for line in self._first.rest():
            self._progress.note(line)

    def _work(self) -> None:
        try:
            with self._scoring.log, self._scorer.beside_other_work(self._workers) as judge:
                while chunk := self._chunk():
                    if not self._scoring.saved:
                        self._scoring.judged_by(self._scorer)
                    judged = _Chunk(self, chunk)
                    try:
                        judge(judged.items(), judged.take, len(chunk))
                    finally:
                        self._scoring.save(judged.found)
        except _AbandonedError:
            return
        except Exception as error:
            _log.error("judging beside generation ended", exc_info=error)
            why = error.cause if isinstance(error, EvalError) else repr(error)
            self._progress.note(f"judging waits until all samples are there: {why}")

    def _chunk(self) -> list[Sample]:
        """Wait for the next samples to judge together; return none when generation has ended."""
        with self._changed:
            while not self._ended:
                age = time.monotonic() - self._waiting[0][0] if self._waiting else 0.0
                if len(self._waiting) >= TOGETHER or age >= PATIENCE_S:
                    count = min(TOGETHER * self._workers, len(self._waiting))
                    return [self._waiting.popleft()[1] for _ in range(count)]
                self._changed.wait(PATIENCE_S - age if self._waiting else None)
        return []

    def heard(self, sample: Sample, verdict: Verdict, cached: bool) -> None:
        """Tell the user of a verdict.

        Raises:
            _AbandonedError: if the run was interrupted or generation failed.
        """
        if self._abandoned:
            raise _AbandonedError
        self._progress.judged(verdict.kind.value, cached)
        for line in self._first.add(sample.role, verdict):
            self._progress.note(line)

    def prepared(self, sample: Sample) -> tuple[Task, Extraction]:
        """Return the sample's task and program."""
        return self._scoring.prepare(sample)


class _AbandonedError(Exception):
    """The run was interrupted, or generation failed."""


class _Chunk:
    """The verdicts of one chunk.

    Infrastructure errors are not taken: the scoring stage judges those samples again.
    """

    def __init__(self, overlap: Overlap, samples: Sequence[Sample]) -> None:
        self._overlap = overlap
        self._samples = samples
        self._programs: list[Extraction] = []
        self.found: list[tuple[Sample, Extraction, Verdict]] = []

    def items(self) -> Iterator[tuple[Task, Extraction]]:
        for sample in self._samples:
            task, extraction = self._overlap.prepared(sample)
            self._programs.append(extraction)
            yield task, extraction

    def take(self, position: int, verdict: Verdict, cached: bool) -> None:
        if verdict.kind is VerdictKind.INFRA_ERROR:
            return
        sample = self._samples[position]
        self.found.append((sample, self._programs[position], verdict))
        self._overlap.heard(sample, verdict, cached)


class FirstVerdicts:
    """Counts the verdicts on each model's first answers, and reports them in sentences."""

    def __init__(self) -> None:
        self._judged: Counter[Role] = Counter()
        self._compiled: Counter[Role] = Counter()
        self._passed: Counter[Role] = Counter()

    def add(self, role: Role, verdict: Verdict) -> Iterator[str]:
        """Count a verdict, and yield a sentence when there are enough."""
        self._judged[role] += 1
        self._compiled[role] += bool(verdict.compile_ok)
        self._passed[role] += verdict.passed
        if self._judged[role] in TOLD_AT:
            yield self._sentence(role)

    def rest(self) -> Iterator[str]:
        """Yield sentences about models that had too few answers for one."""
        for role, judged in self._judged.items():
            if judged < TOLD_AT[0]:
                yield self._sentence(role)

    def _sentence(self, role: Role) -> str:
        judged, compiled, passed = self._judged[role], self._compiled[role], self._passed[role]
        said = (
            f"{role.in_words} model: of the first {judged} answers {compiled} compile,"
            f" {passed} pass"
        )
        if compiled:
            return said
        return f"{said}. Do --prompt-template and --max-new-tokens suit this model?"
