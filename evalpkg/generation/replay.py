"""Samples from a file, or from the tasks themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError, DataError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.models import Role, Sample, Task
from evalpkg.store import read_objects
from evalpkg.tasks.stub import stub

CANONICAL = "canonical"
STUB = "stub"

Key = tuple[str, int]


class ReplayBackend:
    """A model whose answers are known: a JSONL file, the reference solutions, or ``todo!()``.

    A line holds ``task_id`` and ``completion``, and may hold ``index``, ``finish_reason``,
    ``prompt_tokens``, ``completion_tokens``, ``prompt_sha256`` and ``completion_ids_sha256``. Lines
    without an index are numbered by their order within the task.

    Raises:
        DataError: if a file is malformed, or names a sample twice.
    """

    def __init__(self, settings: GenerationSettings, _listener: Listener) -> None:
        self._sources = {
            Role.BASE: settings.replay_base,
            Role.FINETUNED: settings.replay_finetuned,
        }
        self._files = {
            role: _read(role, Path(source))
            for role, source in self._sources.items()
            if source not in ("", CANONICAL, STUB)
        }

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the recorded samples in the order asked for.

        Raises:
            ConfigError: if nothing was given to replay for ``role``.
            DataError: if the file lacks a sample that is asked for.
        """
        source = self._sources[role]
        if not source:
            raise ConfigError(
                f"the replay backend has no samples for the {role.value} model",
                f"Give a JSONL file, `{CANONICAL}` or `{STUB}` as replay_{role.value}.",
            )
        for task, indexes in work:
            for index in indexes:
                yield self._sample(role, source, task, index)

    def provenance(self) -> Generated:
        """Say where each model's samples come from, with the digests of the files."""
        models = {}
        for role, source in self._sources.items():
            if source:
                digests = (
                    {Path(source).name: sha256_file(Path(source))} if role in self._files else {}
                )
                models[role] = ModelUsed(source, weights=digests)
        return Generated("replay", models)

    def close(self) -> None:
        """Nothing is held open."""

    def _sample(self, role: Role, source: str, task: Task, index: int) -> Sample:
        if source == CANONICAL:
            if not task.canonical_solution:
                raise DataError(f"task {task.task_id} has no canonical solution to replay")
            return Sample(role, task.task_id, index, task.canonical_solution, "stop")
        if source == STUB:
            return Sample(role, task.task_id, index, stub(task), "stop")
        sample = self._files[role].get((task.task_id, index))
        if sample is None:
            raise DataError(
                f"{source} has no sample {index} of task {task.task_id}",
                "Ask for fewer samples or fewer tasks, or complete the file.",
            )
        return sample


def _read(role: Role, path: Path) -> dict[Key, Sample]:
    samples: dict[Key, Sample] = {}
    lines_of_task: Counter[str] = Counter()
    for number, value in read_objects(path):
        line = _Line(f"{path}, line {number}", value)
        task_id = line.text("task_id")
        index = line.number("index", lines_of_task[task_id])
        lines_of_task[task_id] += 1
        if (task_id, index) in samples:
            raise DataError(
                f"{line.where}: sample {index} of task {task_id} is there twice",
                "Remove one of the two lines, or give every line an index of its own.",
            )
        samples[task_id, index] = Sample(
            role,
            task_id,
            index,
            line.text("completion"),
            line.text("finish_reason", ""),
            line.number("prompt_tokens", 0),
            line.number("completion_tokens", 0),
            line.text("prompt_sha256", ""),
            line.text("completion_ids_sha256", ""),
        )
    return samples


@dataclass(frozen=True, slots=True)
class _Line:
    """One JSON object of a file, with checked access to its fields."""

    where: str
    value: dict[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        found = self.value.get(name, default)
        if found is None and name not in self.value:
            raise DataError(f"{self.where}: there is no {name!r}")
        if not isinstance(found, str):
            raise DataError(f"{self.where}: {name!r} is not a string")
        return found

    def number(self, name: str, default: int) -> int:
        found = self.value.get(name, default)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise DataError(f"{self.where}: {name!r} is not a whole number from 0 up")
        return found
