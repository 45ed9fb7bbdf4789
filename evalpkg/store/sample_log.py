"""The log of generated samples, ``work/samples.jsonl``."""

from __future__ import annotations

from pathlib import Path

from evalpkg.models import Sample
from evalpkg.store.record_log import RecordLog
from evalpkg.store.records import SAMPLE
from evalpkg.store.shards import SampleKey, key_of


class SampleLog(RecordLog[Sample]):
    """Samples as they are generated; of two with one key, the first counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SAMPLE, key_of)

    def by_key(self) -> dict[SampleKey, Sample]:
        """Read all samples by their keys."""
        return {sample.key: sample for sample in self.read()}
