"""Reads the rows of a task set's file; each becomes a task, or a problem with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evalpkg.models import Task
from evalpkg.store import read_objects
from evalpkg.tasks.fields import RowError, functions
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.own import convert as convert_own

EDITIONS = ("2018", "2021", "2024")


@dataclass(frozen=True, slots=True)
class Rows:
    """The tasks that the rows of a file became, and the rows that could not become one.

    Attributes:
        tasks: line number and task.
        problems: line number, and the reason why the row cannot become a task.
    """

    tasks: tuple[tuple[int, Task], ...]
    problems: tuple[tuple[int, str], ...]


def read_published(path: Path, name: str = "") -> Rows:
    """Convert every row of ``path``.

    Args:
        path: JSON Lines file.
        name: name of the set in the file; any other name means a set of the user's own.

    Raises:
        DataError: if the file cannot be read.
    """
    convert = NAMED[name].convert if name in NAMED else convert_own
    tasks: list[tuple[int, Task]] = []
    lines: dict[str, int] = {}
    problems: list[tuple[int, str]] = []
    for number, row in read_objects(path, problems):
        try:
            task = _sound(convert(row))
            if task.task_id in lines:
                raise RowError(
                    f"the task id {task.task_id!r} was already used in line {lines[task.task_id]}"
                )
        except RowError as error:
            problems.append((number, error.cause))
            continue
        lines[task.task_id] = number
        tasks.append((number, task))
    return Rows(tuple(tasks), tuple(problems))


def _sound(task: Task) -> Task:
    """Return ``task`` if its parts fit each other.

    Raises:
        RowError: if they do not.
    """
    if not task.prompt.rstrip().endswith("{"):
        raise RowError(
            f"the prompt of {task.task_id} does not end in '{{': it is comments, imports and a "
            "signature, up to the opening brace of the body"
        )
    if task.entry_point not in functions(task.prompt):
        if re.search(rf"\bfn\s+{re.escape(task.entry_point)}\b", task.prompt):
            raise RowError(
                f"{task.entry_point!r} of {task.task_id} is a method or an inner function: an "
                "entry point stands by itself, and may take the type as `&mut Type`"
            )
        raise RowError(f"the prompt of {task.task_id} has no signature of {task.entry_point!r}")
    if re.search(rf"\bfn\s+r#{re.escape(task.entry_point)}\b", task.prompt):
        raise RowError(
            f"{task.entry_point!r} of {task.task_id} is a raw identifier; give it a plain name"
        )
    if task.edition not in EDITIONS:
        raise RowError(
            f"{task.task_id} asks for Rust edition {task.edition!r}; known: {', '.join(EDITIONS)}"
        )
    return task
