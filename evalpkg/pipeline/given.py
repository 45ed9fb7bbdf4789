"""The input of a run: its tasks, and samples that are in files already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Role, Task, TaskSet
from evalpkg.samples import Recorded, read_recorded, split_sources
from evalpkg.store import CANONICAL, STUB, RunLayout, SampleLog
from evalpkg.tasks import load_tasks


@dataclass(frozen=True, slots=True)
class Given:
    """The tasks and the given samples of a run.

    Attributes:
        config: configuration of the run, with the facts found in the files.
        tasks: the tasks.
        recorded: samples of each model that come from files.
        notes: sentences about those samples for readers of the result.
        wants_answers: whether to write ``verdicts.jsonl``, with a row for each row of the files.
    """

    config: EvalConfig
    tasks: TaskSet
    recorded: Mapping[Role, Recorded] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    wants_answers: bool = False


def given_by(config: EvalConfig) -> Given:
    """Read the tasks that ``config`` names, and the samples to replay.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``load_tasks`` and ``read_recorded``.
    """
    tasks = tasks_of(config)
    _require_solutions(config, tasks.tasks)
    files = {
        role: source
        for role in config.roles
        if config.backend == "replay" and (source := _source(config, role)) not in (CANONICAL, STUB)
    }
    if not files:
        return Given(config, tasks)
    published, asked = published_tasks(config), {task.task_id for task in tasks.tasks}
    recorded = {
        role: read_recorded(split_sources(source), published, asked, role=role)
        for role, source in files.items()
    }
    return Given(with_digests(config, recorded), tasks, recorded)


def _require_solutions(config: EvalConfig, tasks: Sequence[Task]) -> None:
    """Refuse to replay solutions that the tasks do not have, before a self-check of minutes."""
    if config.backend != "replay":
        return
    lacking = [task.task_id for task in tasks if not task.canonical_solution]
    replays = any(_source(config, role) == CANONICAL for role in config.roles)
    if lacking and replays:
        more = f" and {len(lacking) - 1:,} more" if len(lacking) > 1 else ""
        raise DataError(
            f"{lacking[0]}{more} have no solution to replay as '{CANONICAL}'",
            f"Replay '{STUB}' or a file, or leave one model out: --skip-base, --skip-finetuned.",
        )


def tasks_of(config: EvalConfig) -> TaskSet:
    """Load the tasks of the run."""
    return load_tasks(
        config.dataset,
        config.dataset_variant,
        config.task_ids or None,
        config.limit,
        exclude=config.exclude_tasks,
        files=config.dataset_file,
        crates=config.crates is not None,
    )


def published_tasks(config: EvalConfig) -> Sequence[Task]:
    """Load all tasks of the sets in their published order, including those left out.

    Lists of samples without task ids follow this order.
    """
    return load_tasks(
        config.dataset,
        "original",
        files=config.dataset_file,
        crates=config.crates is not None,
    ).tasks


def with_digests(config: EvalConfig, recorded: Mapping[Role, Recorded]) -> EvalConfig:
    """Return ``config`` with the digests of the files."""
    digests = {role: dict(one.files) for role, one in recorded.items()}
    return config.model_copy(update={"samples_sha256": digests})


def _source(config: EvalConfig, role: Role) -> str:
    return config.replay_base if role is Role.BASE else config.replay_finetuned


def require_same_samples(layout: RunLayout, recorded: Mapping[Role, Recorded]) -> None:
    """Refuse a directory that holds a sample whose text is not in the files.

    A file that has grown is accepted, because it still holds its earlier samples.

    Raises:
        ConfigError: if the directory belongs to other files.
        DataError: if its log is damaged.
    """
    if not recorded or not layout.samples_log.exists():
        return
    known = {s.key: s.completion for role, one in recorded.items() for s in one.samples(role)}
    for sample in SampleLog(layout.samples_log).read():
        if sample.role in recorded and known.get(sample.key) != sample.completion:
            source = recorded[sample.role].source
            raise ConfigError(
                f"{layout.root} belongs to another file than {source}: its sample {sample.index} "
                f"of {sample.task_id} is not there",
                "Name another --output-dir, or the file that it was made from.",
            )
