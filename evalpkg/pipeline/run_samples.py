"""The samples of a run: those on disk, and the keys of those that are missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from evalpkg.models import Sample
from evalpkg.pipeline.session import Session
from evalpkg.store import SampleKey, SampleLog, expected_keys


class RunSamples:
    """The samples that a session asks for.

    The log is read once. Afterwards, whoever appends samples to the log also adds them here.

    Args:
        log: the log.
        asked: keys of all samples that are asked for.
    """

    def __init__(self, log: SampleLog, asked: Iterable[SampleKey]) -> None:
        self.asked = list(asked)
        wanted = set(self.asked)
        self._present = {sample.key: sample for sample in log.read() if sample.key in wanted}

    @classmethod
    def of(cls, session: Session) -> Self:
        """Read the samples of the session's part of the run."""
        config, tasks = session.config, session.tasks.tasks
        asked = expected_keys(tasks, config.roles, config.num_samples, session.shard, config.uneven)
        return cls(SampleLog(session.layout.samples_log), asked)

    def present(self) -> dict[SampleKey, Sample]:
        """Return the samples on disk by key, in the order of ``asked``."""
        return {key: self._present[key] for key in self.asked if key in self._present}

    def missing(self) -> list[SampleKey]:
        """List the keys of the samples still to generate, in the order of ``asked``."""
        return [key for key in self.asked if key not in self._present]

    def add(self, samples: Iterable[Sample]) -> None:
        """Take samples that are on disk now; of two with one key, the first counts."""
        for sample in samples:
            self._present.setdefault(sample.key, sample)
