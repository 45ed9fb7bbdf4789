"""A samples file in the one form that scoring reads row by row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evalpkg.models import Task
from evalpkg.samples.formats import STANDARD_INPUT, read_samples


def is_plain(path: Path, tasks: Sequence[Task]) -> bool:
    """Tell whether a file begins as JSON Lines of ``{"task_id", "completion"}`` of these tasks.

    Only the first row decides, so that a bad line further on is named as such; and of two models in
    one file, the second one may come later.
    """
    if path == STANDARD_INPUT or not path.is_file():
        return False
    known = {task.task_id for task in tasks}
    models: dict[str, set[str]] = {"role": set(), "model": set()}
    first = True
    with path.open("rb") as lines:
        for line in lines:
            row = _row(line) if first or b'"role"' in line or b'"model"' in line else None
            if first and line.strip():
                if row is None or row.get("task_id") not in known:
                    return False
                if not isinstance(row.get("completion"), str):
                    return False
                first = False
            for field, names in models.items():
                if row is not None and field in row:
                    names.add(str(row[field]))
    return not first and all(len(names) < 2 for names in models.values())


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("task_id"), str) else None


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
