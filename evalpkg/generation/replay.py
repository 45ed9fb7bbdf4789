"""The backend whose samples are known already: read from files, or made from the tasks."""

from __future__ import annotations

from collections.abc import Iterator

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.models import Role, Sample, Task
from evalpkg.samples import Recorded
from evalpkg.store import CANONICAL, STUB
from evalpkg.tasks import stub


class ReplayBackend:
    """Returns samples from files, the reference solutions, or ``todo!()`` stubs."""

    def __init__(self, settings: GenerationSettings, _listener: Listener) -> None:
        self._sources = {
            Role.BASE: settings.replay_base,
            Role.FINETUNED: settings.replay_finetuned,
        }
        self._recorded = settings.recorded
        self._samples = {
            role: {(one.task_id, one.index): one for one in recorded.samples(role)}
            for role, recorded in settings.recorded.items()
        }

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the known samples in the order of ``work``.

        Raises:
            ConfigError: if there is no source of samples for ``role``.
            DataError: if the files lack a sample that is asked for.
        """
        source = self._sources[role]
        if source not in (CANONICAL, STUB) and role not in self._samples:
            raise ConfigError(
                f"the replay backend has no samples for the {role.in_words} model",
                f"Give a file, `{CANONICAL}` or `{STUB}` as replay_{role.value}.",
            )
        for task, indexes in work:
            for index in indexes:
                yield self._sample(role, source, task, index)

    def provenance(self) -> Generated:
        """Return the source of each model's samples, with the digests of its files."""
        models = {
            role: _model_of(source, self._recorded.get(role))
            for role, source in self._sources.items()
            if source
        }
        return Generated("replay", models)

    def close(self) -> None:
        """Do nothing: no file is open."""

    def _sample(self, role: Role, source: str, task: Task, index: int) -> Sample:
        if source == CANONICAL:
            if not task.canonical_solution:
                raise DataError(f"task {task.task_id} has no canonical solution to replay")
            return Sample(role, task.task_id, index, task.canonical_solution, "stop")
        if source == STUB:
            return Sample(role, task.task_id, index, stub(task), "stop")
        sample = self._samples[role].get((task.task_id, index))
        if sample is None:
            raise DataError(
                f"{source} has no sample {index} of task {task.task_id}",
                "Ask for fewer samples or tasks, or complete the file; 'evalpkg score' judges those"
                " that are there.",
            )
        return sample


def _model_of(source: str, recorded: Recorded | None) -> ModelUsed:
    if recorded is None:
        return ModelUsed(source)
    return ModelUsed(recorded.model or source, weights=dict(recorded.files))
