"""The scoring stage of a run: every sample that has no final verdict yet."""

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
        log: takes the verdicts.
        saved: verdicts that ``save`` took.
    """

    def __init__(self, session: Session) -> None:
        config, layout, tasks = session.config, session.layout, session.tasks.tasks
        self._facts = session.facts
        self._tasks = {task.task_id: task for task in tasks}
        self._policy = load_policy(config.policy)
        self._extract = Extractor()
        self.saved = 0
        self.log = VerdictLog(layout.verdicts_log)
        asked = expected_keys(tasks, config.roles, config.num_samples, session.shard, config.uneven)
        present = SampleLog(layout.samples_log).by_key()
        self._samples = {key: present[key] for key in asked if key in present}

    def missing(self) -> list[SampleKey]:
        """Samples to judge: those of one task together, so that equal programs meet."""
        order = {task_id: place for place, task_id in enumerate(self._tasks)}
        return sorted(self.log.missing(self._samples), key=lambda key: order[key[1]])

    def pending(self) -> list[Sample]:
        """The samples that ``missing`` names."""
        return [self._samples[key] for key in self.missing()]

    def run(self, scorer: Scorer, progress: Progress) -> int:
        """Judge what is missing; what the infrastructure failed, once more.

        Returns:
            how many samples were judged by this call.
        """
        with self.log:
            first = self.missing()
            if not first:
                return 0
            self.judged_by(scorer)
            judging = Judging[Sample](scorer, self.prepare, self.save, progress)
            progress.phase("scoring", len(self._samples), len(self._samples) - len(first))
            judging.run(self._samples[key] for key in first)
            again = self.missing()
            if again:
                progress.phase("scoring again after infrastructure errors", len(again))
                judging.run(self._samples[key] for key in again)
        return len(first)

    def prepare(self, sample: Sample) -> tuple[Task, Extraction]:
        """The sample's task, and the program that is found in it."""
        task = self._tasks[sample.task_id]
        return task, self._extract(task, sample.completion)

    def judged_by(self, scorer: Scorer) -> None:
        """Record what judges."""
        self._facts.add_scoring(scorer.provenance())

    def save(self, batch: list[tuple[Sample, Extraction, Verdict]]) -> None:
        """Make verdicts durable; the log is open."""
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
