"""The scoring stage of a run: judges every sample that has no final verdict."""

from __future__ import annotations

from evalpkg.models import Extraction, Sample, Task, Verdict
from evalpkg.pipeline.judging import Extractor, Judging
from evalpkg.pipeline.session import Session
from evalpkg.policy import load_policy
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer
from evalpkg.store import SampleKey, SampleLog, ScoredSample, VerdictLog, expected_keys


class RunScoring:
    """The samples of a run and the log of their verdicts.

    Attributes:
        samples: those that are asked for and there, by key.
        ungenerated: keys that are asked for and have no sample.
        log: the verdicts.
        saved: number of verdicts that ``save`` has written.
    """

    def __init__(self, session: Session) -> None:
        config, layout, tasks = session.config, session.layout, session.tasks.tasks
        self._facts = session.facts
        self._tasks = {task.task_id: task for task in tasks}
        self._policy = load_policy(config.policy)
        self._extract = Extractor()
        self.saved = 0
        self.log = VerdictLog(layout.verdicts_log)
        asked = list(
            expected_keys(tasks, config.roles, config.num_samples, session.shard, config.uneven)
        )
        present = SampleLog(layout.samples_log).by_key()
        self.samples = {key: present[key] for key in asked if key in present}
        self.ungenerated = [key for key in asked if key not in present]

    def missing(self) -> list[SampleKey]:
        """Return the samples to judge, task by task, so that equal programs meet."""
        order = {task_id: place for place, task_id in enumerate(self._tasks)}
        return sorted(self.log.missing(self.samples), key=lambda key: order[key[1]])

    def pending(self) -> list[Sample]:
        """Return the samples that ``missing`` names."""
        return [self.samples[key] for key in self.missing()]

    def run(self, scorer: Scorer, progress: Progress) -> int:
        """Judge the missing samples; judge those with infrastructure errors once more.

        Returns:
            the number of samples that this call judged.
        """
        with self.log:
            first = self.missing()
            if not first:
                return 0
            self.judged_by(scorer)
            judging = Judging[Sample](scorer, self.prepare, self.save, progress)
            progress.phase("scoring", len(self.samples), len(self.samples) - len(first))
            judging.run(self.samples[key] for key in first)
            again = self.missing()
            if again:
                progress.phase("scoring again after infrastructure errors", len(again))
                judging.run(self.samples[key] for key in again)
        return len(first)

    def prepare(self, sample: Sample) -> tuple[Task, Extraction]:
        """Return the sample's task, and the program that is found in it."""
        task = self._tasks[sample.task_id]
        return task, self._extract(task, sample.completion)

    def judged_by(self, scorer: Scorer) -> None:
        """Record the scorer."""
        self._facts.add_scoring(scorer.provenance())

    def save(self, batch: list[tuple[Sample, Extraction, Verdict]]) -> None:
        """Write verdicts to the open log."""
        self.saved += len(batch)
        self.log.append(
            ScoredSample.of(
                sample,
                extraction,
                verdict,
                self._policy.violations(self._tasks[sample.task_id], sample.completion),
            )
            for sample, extraction, verdict in batch
        )
