"""The log of generated samples, ``work/samples.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from evalpkg.models import Role, Sample, Task
from evalpkg.store.record_log import RecordLog
from evalpkg.store.records import SAMPLE
from evalpkg.store.shards import (
    EVEN,
    WHOLE,
    SampleKey,
    Shard,
    Uneven,
    expected_keys,
    key_of,
)


class SampleLog(RecordLog[Sample]):
    """Samples as they are generated; of two with one key, the first counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SAMPLE, key_of)

    def by_key(self) -> dict[SampleKey, Sample]:
        """Read all samples by their keys."""
        return {sample.key: sample for sample in self.read()}

    def missing(
        self,
        tasks: Iterable[Task],
        roles: Sequence[Role],
        num_samples: int,
        shard: Shard = WHOLE,
        uneven: Uneven = EVEN,
    ) -> list[SampleKey]:
        """List the keys of samples still to generate, by model, task as given, and index."""
        present = {sample.key for sample in self.read()}
        return [
            key
            for key in expected_keys(tasks, roles, num_samples, shard, uneven)
            if key not in present
        ]
