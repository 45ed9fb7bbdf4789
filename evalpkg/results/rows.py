"""Reading and writing the run's JSONL files of records.

The bytes are canonical: keys in field order, no spaces added, one ``\\n`` per line, UTF-8 without
escapes. Equal records give equal files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError
from evalpkg.models import Row, Task, VerdictKind


def dump_line(record: Row | Task) -> str:
    """One record as a canonical JSON line, newline included."""
    data = {f.name: getattr(record, f.name) for f in fields(record)}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_records(path: Path, records: Iterable[Row | Task]) -> None:
    """Write ``records`` to ``path`` through a temporary file, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(dump_line(record) for record in records)
    partial.replace(path)


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(line number, object)`` for each non-blank line.

    Raises:
        DataError: if the file cannot be read, or a line is not a JSON object.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except json.JSONDecodeError as error:
                    raise DataError(
                        f"{path}, line {number}: not valid JSON ({error.msg})",
                        "Is the line cut off? Remove it, or write the file again.",
                    ) from error
                if not isinstance(value, dict):
                    raise DataError(f"{path}, line {number}: expected a JSON object")
                yield number, value
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def read_rows(path: Path) -> list[Row]:
    """All rows of a mode file.

    Raises:
        DataError: if a line is not a row.
    """
    rows = []
    for number, value in read_json_lines(path):
        try:
            value["verdict"] = VerdictKind(value["verdict"])
            value["policy_violations"] = tuple(value.get("policy_violations", ()))
            rows.append(Row(**value))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}, line {number}: not a result row ({error})") from error
    return rows


def read_tasks(path: Path) -> list[Task]:
    """All tasks of a ``tasks.jsonl`` written by a run.

    Raises:
        DataError: if a line is not a task.
    """
    tasks = []
    for number, value in read_json_lines(path):
        try:
            tasks.append(Task(**value))
        except TypeError as error:
            raise DataError(f"{path}, line {number}: not a task ({error})") from error
    return tasks
