"""The scoring stage of a run: judges every sample that has no final verdict."""

from __future__ import annotations

from collections.abc import Mapping

from evalpkg.models import Extraction, Sample, Task, Verdict
from evalpkg.pipeline.judging import Extractor, Judging
from evalpkg.pipeline.run_samples import RunSamples
from evalpkg.pipeline.session import Session
from evalpkg.policy import load_policy
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer
from evalpkg.store import SampleKey, ScoredSample, VerdictLog


class RunScoring:
    """The verdicts of a run. Their log is read once; ``save`` then keeps what it writes.

    Attributes:
        samples: the run's samples.
        log: the log of the verdicts.
        saved: number of verdicts that ``save`` has written.
    """

    def __init__(self, session: Session, samples: RunSamples) -> None:
        self._session = session
        self._tasks = {task.task_id: task for task in session.tasks.tasks}
        self._policy = load_policy(session.config.policy)
        self._extract = Extractor()
        self.samples = samples
        self.saved = 0
        self.log = VerdictLog(session.layout.verdicts_log)
        self._verdicts = self.log.verdicts(set(samples.asked))

    def scored(self) -> dict[SampleKey, ScoredSample]:
        """Return the judgement that counts for each sample that has one."""
        return self._verdicts.of(self.samples.present())

    def pending(self) -> list[Sample]:
        """Return the samples to judge, task by task, so that equal programs meet."""
        return self._unjudged(self.samples.present())

    def _unjudged(self, samples: Mapping[SampleKey, Sample]) -> list[Sample]:
        order = {task_id: place for place, task_id in enumerate(self._tasks)}
        missing = sorted(self._verdicts.missing(samples), key=lambda key: order[key[1]])
        return [samples[key] for key in missing]

    def run(self, scorer: Scorer, progress: Progress) -> int:
        """Judge the missing samples; judge those with infrastructure errors once more.

        Returns:
            the number of samples that this call judged.
        """
        self._session.require_in_place()
        with self.log:
            samples = self.samples.present()
            first = self._unjudged(samples)
            if not first:
                return 0
            self.judged_by(scorer)
            judging = Judging[Sample](scorer, self.prepare, self.save, progress)
            progress.phase("scoring", len(samples), len(samples) - len(first))
            judging.run(first)
            again = self._unjudged(samples)
            if again:
                progress.phase("scoring again after infrastructure errors", len(again))
                judging.run(again)
        return len(first)

    def prepare(self, sample: Sample) -> tuple[Task, Extraction]:
        """Return the sample's task, and the program that is found in it."""
        task = self._tasks[sample.task_id]
        return task, self._extract(task, sample.completion)

    def judged_by(self, scorer: Scorer) -> None:
        """Record the scorer."""
        self._session.facts.add_scoring(scorer.provenance())

    def save(self, batch: list[tuple[Sample, Extraction, Verdict]]) -> None:
        """Write verdicts to the open log, and keep them."""
        self.saved += len(batch)
        judged = [
            ScoredSample.of(
                sample,
                extraction,
                verdict,
                self._policy.violations(self._tasks[sample.task_id], sample.completion),
            )
            for sample, extraction, verdict in batch
        ]
        self.log.append(judged)
        self._verdicts.add(judged)
