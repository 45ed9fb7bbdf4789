"""The input of reports: the files of one run, read and checked against each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.evidence import EvalMetadata, read_metadata
from evalpkg.models import Mode, Role, Row, SeenPrompt, Task
from evalpkg.reporting.already_read import AlreadyRead
from evalpkg.statistics import Metrics
from evalpkg.store import (
    PROMPT,
    PromptKey,
    RunLayout,
    not_of_schema,
    read_objects,
    read_rows,
    read_tasks,
)

_RECOMPUTE = "`evalpkg report DIR` computes the metrics from the rows again."


@dataclass(frozen=True, slots=True)
class RunFiles:
    """One run, read from disk.

    Attributes:
        rows: each model's rows in the first mode that the run has.
        passed: per mode and model, one flag for each of those rows: it counts as correct in that
            mode.
        metrics: the metrics of each mode.
        prompts: the prompt that each model saw of each task, if the run stored it.
        metadata: None where the run has no ``eval_metadata.json``.
    """

    layout: RunLayout
    tasks: tuple[Task, ...]
    rows: dict[Role, list[Row]]
    passed: dict[Mode, dict[Role, list[bool]]]
    metrics: dict[Mode, Metrics]
    prompts: dict[PromptKey, str]
    metadata: EvalMetadata | None

    @property
    def modes(self) -> tuple[Mode, ...]:
        """List the modes of this run, ``no-policy`` first."""
        return tuple(self.passed)

    @property
    def roles(self) -> tuple[Role, ...]:
        """List the models of this run, base first."""
        return tuple(self.rows)


def load_run(root: Path, read: AlreadyRead | None = None) -> RunFiles:
    """Read the run in ``root``; of what is ``read`` already, the files are not read again.

    Raises:
        DataError: if it has no rows or no metrics, or its files contradict each other.
    """
    layout = RunLayout(root)
    read = read or AlreadyRead()
    tasks = tuple(read.tasks or read_tasks(layout.tasks))
    modes = [mode for mode in Mode if any(layout.samples(mode, role).exists() for role in Role)]
    if not modes:
        raise DataError(
            f"{root} holds no rows: neither no-policy/ nor policy/ has a *_model_samples.jsonl",
            "Name the output directory of a run.",
        )
    rows = {
        role: read.rows[path] if path in read.rows else read_rows(path)
        for role, path in ((role, layout.samples(modes[0], role)) for role in Role)
        if path.exists()
    }
    known = {task.task_id for task in tasks}
    for role, own in rows.items():
        stray = next((row.task_id for row in own if row.task_id not in known), None)
        if stray is not None:
            raise DataError(
                f"{layout.samples(modes[0], role)}: task {stray!r} is not in {layout.tasks.name}"
            )
    passed = {modes[0]: {role: [row.passed for row in own] for role, own in rows.items()}}
    for mode in modes[1:]:
        passed[mode] = {
            role: _other_passed(layout.samples(mode, role), own, read) for role, own in rows.items()
        }
    metrics = {mode: read.metrics.get(mode) or read_metrics(layout.metrics(mode)) for mode in modes}
    metadata = read.metadata or (read_metadata(layout) if layout.metadata.exists() else None)
    stored = _read_prompts(layout) if read.prompts is None else read.prompts
    prompts = {prompt.key: prompt.text for prompt in stored}
    run = RunFiles(layout, tasks, rows, passed, metrics, prompts, metadata)
    _check_metrics(run)
    return run


def _read_prompts(layout: RunLayout) -> list[SeenPrompt]:
    """Read the prompts; none if the run stored none."""
    return list(PROMPT.read(layout.prompts)) if layout.prompts.exists() else []


def _other_passed(path: Path, rows: list[Row], read: AlreadyRead) -> list[bool]:
    """Return the ``passed`` column of another mode's view of ``rows``."""
    if path in read.rows:
        found = read.rows[path]
        same = [(row.task_id, row.index) for row in found]
        if same == [(row.task_id, row.index) for row in rows]:
            return [row.passed for row in found]
    return _read_passed(path, rows)  # which names the line that differs


def _read_passed(path: Path, rows: list[Row]) -> list[bool]:
    if not path.exists():
        raise DataError(
            f"{path} is missing, while the other mode has this model's rows",
            "Run `evalpkg score` on this directory again.",
        )
    flags = []
    for number, value in read_objects(path):
        row = rows[number - 1] if number <= len(rows) else None
        if row is None or (value.get("task_id"), value.get("index")) != (row.task_id, row.index):
            raise DataError(
                f"{path}, line {number}: the other mode has another sample on this line",
                "Both modes are views of the same samples; run `evalpkg score` again.",
            )
        flags.append(value.get("passed") is True)
    if len(flags) != len(rows):
        raise DataError(f"{path} has {len(flags)} rows, the other mode {len(rows)}", COPY_AGAIN)
    return flags


def read_metrics(path: Path) -> Metrics:
    """Read ``metrics.json`` of one mode.

    Raises:
        DataError: if it is missing or does not follow the schema; the text names the field.
    """
    try:
        return Metrics.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}",
            "`evalpkg report DIR` computes it from the rows.",
        ) from error
    except ValidationError as error:
        raise not_of_schema(path, error) from error


def _check_metrics(run: RunFiles) -> None:
    """Refuse metrics that belong to other rows: a report must not contradict itself."""
    for mode, metrics in run.metrics.items():
        where = run.layout.metrics(mode)
        if set(metrics.roles) != set(run.rows):
            raise DataError(f"{where} is about other models than the rows beside it", _RECOMPUTE)
        for role, own in metrics.roles.items():
            correct = Counter(
                row.task_id
                for row, passed in zip(run.rows[role], run.passed[mode][role], strict=True)
                if passed
            )
            stated = Counter({task.task_id: task.c for task in own.per_task if task.c})
            if correct != stated:
                raise DataError(f"{where} does not belong to the rows beside it", _RECOMPUTE)
