"""Chooses tasks by id, by function name or by pattern."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Task


def choose(
    tasks: Sequence[Task], wanted: Sequence[str] | None, unwanted: Sequence[str]
) -> list[Task]:
    """Return the tasks that ``wanted`` names and ``unwanted`` does not, in the set's order.

    Args:
        tasks: the tasks to choose from.
        wanted: task ids, function names, or patterns with ``*``, ``?`` and ``[]`` over either;
            None for all tasks.
        unwanted: names or patterns of tasks to leave out.

    Raises:
        DataError: if a name or pattern fits no task.
        ConfigError: if no task is left.
    """
    if wanted is not None and not wanted:
        raise ConfigError("the list of task ids is empty", "Leave it out to use all tasks.")
    kept = _named(tasks, wanted) if wanted is not None else {task.task_id for task in tasks}
    kept -= _named(tasks, unwanted)
    if not kept:
        raise ConfigError(
            "no task is left: what --task-ids chooses, --exclude-tasks leaves out",
            "`evalpkg tasks` lists them.",
        )
    return [task for task in tasks if task.task_id in kept]


def _named(tasks: Sequence[Task], names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        fitting = {task.task_id for task in tasks if _fits(task, name)}
        if not fitting:
            raise DataError(f"no task is called {name!r}", _hint(tasks, name))
        found |= fitting
    return found


def _fits(task: Task, name: str) -> bool:
    return any(
        known == name or fnmatchcase(known, name) for known in (task.task_id, task.entry_point)
    )


def _hint(tasks: Sequence[Task], name: str) -> str:
    known = [known for task in tasks for known in (task.task_id, task.entry_point)]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return (
        f"Did you mean {' or '.join(near)}?"
        if near
        else f"There are {len(tasks)} tasks; `evalpkg tasks` lists them."
    )
