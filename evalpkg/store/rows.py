"""Reading and writing the run's JSONL files of records.

The bytes are canonical: keys in field order, no spaces added, one line feed per line, UTF-8 without
escapes. Equal records give equal files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from evalpkg.errors import DataError
from evalpkg.models import Row, Sample, Task, VerdictKind
from evalpkg.store.files import cannot_write, canonical_json

T = TypeVar("T")


def dump_line(record: Row | Task) -> str:
    """One record as a canonical JSON line, newline included."""
    data = {f.name: getattr(record, f.name) for f in fields(record)}
    return canonical_json(data) + "\n"


def write_records(path: Path, records: Iterable[Row | Task]) -> None:
    """Write ``records`` to ``path`` through a temporary file, so that no reader sees half of it.

    Raises:
        EnvironmentUnfitError: if the place cannot be written to.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(dump_line(record) for record in records)
        partial.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


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
                except (ValueError, RecursionError) as error:
                    raise DataError(
                        f"{path}, line {number}: not valid JSON ({error})",
                        "Is the line cut off? Remove it, or write the file again.",
                    ) from error
                if not isinstance(value, dict):
                    raise DataError(f"{path}, line {number}: expected a JSON object")
                yield number, value
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def check_types(record: type[Row] | type[Sample] | type[Task], value: dict[str, Any]) -> None:
    """Check that a JSON object has the fields of ``record``, each of its type, and no others.

    Raises:
        ValueError: naming the first field that does not fit.
    """
    known = {f.name: f for f in fields(record)}
    for name in value.keys() - known.keys():
        raise ValueError(f"unknown field {name!r}")
    for name, field in known.items():
        if name not in value:
            if field.default is MISSING:
                raise ValueError(f"{name} is missing")
            continue
        allowed = _JSON_TYPES[str(field.type)]
        if type(value[name]) not in allowed:
            expected = " or ".join(kind.__name__ for kind in allowed)
            raise ValueError(f"{name}: expected {expected}, found {value[name]!r:.60}")


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "Role": (str,),
    "bool": (bool,),
    "VerdictKind": (str,),
    "str | None": (str, type(None)),
    "bool | None": (bool, type(None)),
    "tuple[str, ...]": (list,),
}


def parse_row(value: dict[str, Any]) -> Row:
    """A row from the JSON object of its line.

    Raises:
        ValueError: if it is not a row; the text names the field.
    """
    check_types(Row, value)
    violations = value.get("policy_violations", ())
    if not all(isinstance(violation, str) for violation in violations):
        raise ValueError("policy_violations: expected a list of texts")
    return Row(
        **{
            **value,
            "verdict": VerdictKind(value["verdict"]),
            "policy_violations": tuple(violations),
        }
    )


def parse_task(value: dict[str, Any]) -> Task:
    """A task from the JSON object of its line.

    Raises:
        ValueError: if it is not a task; the text names the field.
    """
    check_types(Task, value)
    return Task(**value)


def read_rows(path: Path) -> list[Row]:
    """All rows of a mode file.

    Raises:
        DataError: if a line is not a row.
    """
    return _read(path, parse_row, "a result row")


def read_tasks(path: Path) -> list[Task]:
    """All tasks of a ``tasks.jsonl`` written by a run.

    Raises:
        DataError: if a line is not a task.
    """
    return _read(path, parse_task, "a task")


def _read(path: Path, parse: Callable[[dict[str, Any]], T], what: str) -> list[T]:
    records = []
    for number, value in read_json_lines(path):
        try:
            records.append(parse(value))
        except ValueError as error:
            raise DataError(f"{path}, line {number}: not {what} ({error})") from error
    return records
