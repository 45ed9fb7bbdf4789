"""A samples file in the one form that scoring reads row by row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evalpkg.models import Task
from evalpkg.samples.formats import STANDARD_INPUT, read_samples

_LOOKED_AT = 64


def is_plain(path: Path, tasks: Sequence[Task]) -> bool:
    """Whether a file begins as JSON Lines of ``{"task_id", "completion"}`` of these tasks."""
    if path == STANDARD_INPUT or not path.is_file():
        return False
    known = {task.task_id for task in tasks}
    roles = set()
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines):
                if number == _LOOKED_AT:
                    break
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row.get("completion"), str) or row.get("task_id") not in known:
                    return False
                roles.add((row.get("role"), row.get("model")))
    except (OSError, ValueError, AttributeError, RecursionError, TypeError):
        return False
    return len(roles) == 1


def as_rows_file(path: Path, tasks: Sequence[Task], folder: Path, model: str = "") -> Path:
    """``path``, or a file of rows in ``folder`` made from it.

    Raises:
        DataError: if it holds no samples of ``tasks``, or those of more than one model.
        EnvironmentUnfitError: if what reads its form is not installed.
    """
    if not model and is_plain(path, tasks):
        return path
    rows = read_samples(path, tasks, model)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "samples.jsonl"
    partial = target.with_name(target.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    partial.replace(target)
    return target
