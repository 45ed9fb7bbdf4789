"""The log of generated samples, ``work/samples.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from evalpkg.errors import DataError
from evalpkg.models import Role, Sample, Task
from evalpkg.store.log import AppendLog
from evalpkg.store.rows import check_types
from evalpkg.store.shards import WHOLE, SampleKey, Shard, expected_keys, key_of


class SampleLog:
    """Samples as they are generated. A context manager: inside, this process is the writer."""

    def __init__(self, path: Path) -> None:
        self._log = AppendLog(path, key_of)

    def append(self, samples: Iterable[Sample]) -> None:
        """Add a batch; when this returns, it is on disk.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.append(_to_json(sample) for sample in samples)

    def replace(self, samples: Iterable[Sample]) -> None:
        """Put ``samples`` in the place of everything that the log holds, at once or not at all.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.replace(_to_json(sample) for sample in samples)

    def read(self) -> Iterator[Sample]:
        """Each sample once, in the order written; of two with one key, the first.

        Raises:
            DataError: if a line is not a sample.
        """
        for record in self._log.read():
            try:
                check_types(Sample, record)
            except ValueError as error:
                raise DataError(f"{self._log.path}: not a sample ({error})") from error
            yield Sample(**{**record, "role": Role(record["role"])})

    def by_key(self) -> dict[SampleKey, Sample]:
        """All samples by their keys."""
        return {sample.key: sample for sample in self.read()}

    def missing(
        self, tasks: Iterable[Task], roles: Sequence[Role], num_samples: int, shard: Shard = WHOLE
    ) -> list[SampleKey]:
        """What is still to be generated: by model, then task in the given order, then index."""
        present = {sample.key for sample in self.read()}
        return [
            key for key in expected_keys(tasks, roles, num_samples, shard) if key not in present
        ]

    def close(self) -> None:
        """Stop being the writer."""
        self._log.close()

    def __enter__(self) -> Self:
        self._log.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _to_json(sample: Sample) -> dict[str, Any]:
    return {field.name: getattr(sample, field.name) for field in fields(sample)}
