"""Reads samples from whole JSON documents: bigcode's lists, MultiPL-E's files, maps of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalpkg.errors import DataError
from evalpkg.samples.faults import Faults
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.rows import IDS, KNOWN, Row, rows_of, text_of

_RUN_AGAIN = "Copy the file again from where it was made, or remove it."


def rows_of_document(value: Any, ids: TaskIds, where: str, faults: Faults) -> Iterator[Row]:
    """Yield the samples in a JSON document; note its bad entries."""
    if isinstance(value, list):
        yield from _of_list(value, ids, where, faults)
    elif isinstance(value, dict) and isinstance(value.get("eval"), dict):
        for entries in value["eval"].values():  # evalplus: *_eval_results.json
            yield from rows_of_document(entries, ids, where, faults)
    elif isinstance(value, dict) and _is_map(value):
        for written, entry in value.items():
            row = {"task_id": written, "completions": entry}
            yield from faults.rows(rows_of(row, ids, f"{where}, {written[:80]!r}"))
    elif isinstance(value, dict):
        yield from faults.rows(rows_of_object(value, ids, where))
    else:
        faults.note(
            DataError(
                f"{where}: expected JSON objects or a list of completions",
                "docs/samples.md shows the forms that are read.",
            )
        )


def rows_of_object(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """Yield the samples in one object: a row, or a file of MultiPL-E.

    Raises:
        DataError: as ``rows_of``.
    """
    if "prompt" in value and ("completions" in value or "results" in value):
        yield from _of_multipl_e(value, ids, where)
    else:
        yield from rows_of(value, ids, where)


def _is_map(value: Row) -> bool:
    """Tell whether an object's keys are task ids: it is no row, and holds none in a list."""
    entries = list(value.values())
    inner = [one for entry in entries if isinstance(entry, list) for one in entry]
    rows = any(isinstance(one, dict) and one.keys() & set(IDS) for one in inner)
    texts = all(isinstance(entry, str | list) for entry in entries)
    return bool(value) and texts and not rows and not KNOWN & value.keys()


def _of_list(value: list[Any], ids: TaskIds, where: str, faults: Faults) -> Iterator[Row]:
    """Yield the rows of a list: bigcode's lists in the order of the tasks, or rows."""
    for position, entry in enumerate(value):
        place = f"{where}, entry {position}"
        if isinstance(entry, dict):
            yield from faults.rows(rows_of_object(entry, ids, place))
        else:
            yield from faults.rows(_of_entry(entry, position, ids, place))


def _of_entry(entry: Any, position: int, ids: TaskIds, place: str) -> Iterator[Row]:
    task = ids.at(position, place)
    for text in entry if isinstance(entry, list) else [entry]:
        yield {"task_id": task, "completion": text_of(text, place, "completion")}


def _of_multipl_e(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """Yield the rows of a MultiPL-E file: completions, or programs with their results."""
    task = ids.find(str(value.get("name", value.get("task_id", ""))), where)
    field = "completions" if "completions" in value else "results"
    if not isinstance(value[field], list):
        raise DataError(f"{where}: {field!r} is not a list", _RUN_AGAIN)
    if field == "completions":
        for text in value["completions"]:
            yield {"task_id": task, "completion": text_of(text, where, "completions")}
        return
    tests = str(value.get("tests", "")).strip()
    for result in value["results"]:
        if not isinstance(result, dict):
            raise DataError(f"{where}: an entry of 'results' is not an object", _RUN_AGAIN)
        program = text_of(result.get("program"), where, "program")
        end = program.rfind(tests) if tests else -1
        # The completion was cut before its last brace; the tests begin with that brace.
        yield {"task_id": task, "completion": program if end < 0 else program[:end].rstrip()}
