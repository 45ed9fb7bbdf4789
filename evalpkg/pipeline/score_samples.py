"""``evalpkg score``: a run whose samples are read from files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalpkg.config import EvalConfig
from evalpkg.errors import DataError
from evalpkg.models import Role, TaskSet
from evalpkg.pipeline.given import Given, published_tasks, tasks_of, with_digests
from evalpkg.pipeline.run import RunOutcome, run_evaluation
from evalpkg.samples import Recorded, read_recorded
from evalpkg.tasks import NAMED

Sources = Mapping[Role, Sequence[str]]
"""The files of each model's samples."""

NAMED_TASKS = 5
"""Tasks that a note names; it gives only the number of the rest."""


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """The result of one call of ``score_samples``.

    Attributes:
        run: the run's outcome.
        rows: rows of the files that have been judged, in all calls.
        resumed: those of ``rows`` that an earlier call had judged.
        notes: sentences about the files for readers of the result.
    """

    run: RunOutcome
    rows: int
    resumed: int
    notes: tuple[str, ...]


def score_samples(
    config: EvalConfig, sources: Sources, model: str = "", *, verdicts_only: bool = False
) -> ScoreOutcome:
    """Judge the samples in files, and report on them like on a run's.

    Args:
        config: tasks, limits and output directory; its settings of models are ignored.
        sources: the files of one model, or of both.
        model: the model whose rows to judge, where files name more than one.
        verdicts_only: write ``verdicts.jsonl`` and nothing else.

    Raises:
        DataError: if rows are not samples of the tasks; every such row is named.
        ConfigError: if the directory belongs to another file, or to other settings.
        EnvironmentUnfitError: as ``run_evaluation``.
    """
    given = read_given(config, sources, model)
    outcome = run_evaluation(given.config, given=given, verdicts_only=verdicts_only)
    rows = sum(len(one.rows) for one in given.recorded.values())
    judged = rows - len(outcome.coverage.not_judged) - len(outcome.coverage.not_generated)
    return ScoreOutcome(outcome, rows, judged - outcome.judged, given.notes)


def read_given(config: EvalConfig, sources: Sources, model: str = "") -> Given:
    """Read the samples in ``sources`` and the tasks that they answer.

    Raises:
        DataError: as ``score_samples``.
    """
    tasks, published = tasks_of(config), published_tasks(config)
    asked = {task.task_id for task in tasks.tasks}
    found = {
        role: read_recorded(files, published, asked, model=model, role=role, packed=True)
        for role, files in sources.items()
    }
    answered = set.intersection(*(set(one.per_task()) for one in found.values()))
    if not answered:
        raise DataError(
            "the two models' samples answer no task in common", "Nothing can be compared."
        )
    recorded = {role: _only(one, answered) for role, one in found.items()}
    used = config.model_copy(update=_settings(config, sources, recorded))
    if asked - answered:
        chosen = tuple(task.task_id for task in tasks.tasks if task.task_id in answered)
        chosen_alone = {"task_ids": chosen, "exclude_tasks": (), "limit": None}
        used = used.model_copy(update=chosen_alone)
    notes = tuple(_notes(tasks, found, answered))
    return Given(with_digests(used, recorded), restricted(tasks, answered), recorded, notes, True)


def _settings(
    config: EvalConfig, sources: Sources, recorded: Mapping[Role, Recorded]
) -> dict[str, object]:
    """Return the settings of the run that follow from the files."""
    counts = {role: one.per_task() for role, one in recorded.items()}
    most = max(max(own.values()) for own in counts.values())
    least = min(min(own.values()) for own in counts.values())
    uneven = {
        role: {task: number for task, number in own.items() if number < most}
        for role, own in counts.items()
    }
    ks = config.k_values
    if ks == EvalConfig.model_fields["k_values"].default:
        ks = tuple(k for k in ks if k <= least)
    return {
        "backend": "replay",
        "replay_base": ", ".join(sources.get(Role.BASE, ())),
        "replay_finetuned": ", ".join(sources.get(Role.FINETUNED, ())),
        "skip_base": Role.BASE not in sources,
        "skip_finetuned": Role.FINETUNED not in sources,
        "num_samples": most,
        "uneven": {role: own for role, own in uneven.items() if own},
        "k_values": ks,
        "allow_failed_gate": True,
    }


def _only(recorded: Recorded, tasks: Collection[str]) -> Recorded:
    """Return the samples of ``tasks`` only."""
    kept = [
        (row, index)
        for row, index in zip(recorded.rows, recorded.indexes, strict=True)
        if row["task_id"] in tasks
    ]
    return replace(recorded, rows=tuple(r for r, _ in kept), indexes=tuple(i for _, i in kept))


def restricted(tasks: TaskSet, kept: Collection[str]) -> TaskSet:
    """Return those of ``tasks`` that are in ``kept``, with the task count of each set."""
    left = tuple(task for task in tasks.tasks if task.task_id in kept)
    per_set = Counter(task.dataset for task in left)
    return replace(
        tasks,
        tasks=left,
        sources=tuple(
            replace(s, tasks=per_set[s.name if s.name in NAMED else Path(s.name).name])
            for s in tasks.sources
        ),
    )


def _notes(tasks: TaskSet, found: Mapping[Role, Recorded], answered: Collection[str]) -> list[str]:
    """Say what is left out: rows of tasks that are not asked, and tasks without samples."""
    notes = []
    reasons = {item.task_id: item.reason for s in tasks.sources for item in s.excluded}
    for recorded in found.values():
        excluded = {t: n for t, n in recorded.left_out.items() if t in reasons}
        if excluded:
            named = "; ".join(f"{task} ({reasons[task]})" for task in excluded)
            notes.append(
                f"{sum(excluded.values()):,} samples in {recorded.source} answer tasks that cannot "
                f"be judged and are left out: {named}"
            )
        others = sum(recorded.left_out.values()) - sum(excluded.values())
        if others:
            notes.append(
                f"{others:,} samples in {recorded.source} answer tasks that were not asked."
            )
    answered_by_some = set().union(*(one.per_task() for one in found.values()))
    notes += _told(
        [t.task_id for t in tasks.tasks if t.task_id not in answered_by_some],
        len(tasks.tasks),
        "have no sample and are left out",
    )
    notes += _told(
        [t.task_id for t in tasks.tasks if t.task_id in answered_by_some - set(answered)],
        len(tasks.tasks),
        "have samples of one model only and are left out",
    )
    return notes


def _told(missing: Sequence[str], of: int, what: str) -> list[str]:
    if not missing:
        return []
    more = len(missing) - NAMED_TASKS
    named = ", ".join(missing[:NAMED_TASKS]) + (f" and {more:,} more" if more > 0 else "")
    return [f"{len(missing):,} of {of:,} tasks {what}: {named}."]
