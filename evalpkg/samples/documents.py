"""Samples in whole JSON documents and folders: bigcode, MultiPL-E, inspect_ai, ``.rs`` files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.rows import Row, rows_of

_NUMBER = re.compile(r"^(?P<name>.+?)[._-](?P<number>\d+)$")


def rows_of_document(value: Any, ids: TaskIds, where: str) -> Iterator[Row]:
    """The samples in a JSON document.

    Raises:
        DataError: if its form is none that we know.
    """
    if isinstance(value, list):
        yield from _of_list(value, ids, where)
    elif (
        isinstance(value, dict)
        and "prompt" in value
        and ("completions" in value or "results" in value)
    ):
        yield from _of_multipl_e(value, ids, where)
    elif (
        isinstance(value, dict)
        and value
        and all(isinstance(entry, str | list) for entry in value.values())
        and not {"task_id", "name"} & value.keys()
    ):
        for written, entry in value.items():
            yield from rows_of({"task_id": written, "completions": entry}, ids, where)
    elif isinstance(value, dict):
        yield from rows_of(value, ids, where)
    else:
        raise DataError(f"{where}: expected JSON objects or a list of completions")


def _of_list(value: list[Any], ids: TaskIds, where: str) -> Iterator[Row]:
    """A list of lists as bigcode writes it, in the order of the tasks, or a list of rows."""
    for position, entry in enumerate(value):
        place = f"{where}, entry {position}"
        if isinstance(entry, dict):
            yield from rows_of_document(entry, ids, place)
            continue
        task = ids.at(position, place)
        for text in entry if isinstance(entry, list) else [entry]:
            if not isinstance(text, str):
                raise DataError(f"{place}: expected completions, found {type(text).__name__}")
            yield {"task_id": task, "completion": text}


def _of_multipl_e(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """A file of MultiPL-E: completions, or programs with their results."""
    task = ids.find(str(value.get("name", "")), where)
    if "completions" in value:
        for text in value["completions"]:
            yield {"task_id": task, "completion": str(text)}
        return
    tests = str(value.get("tests", "")).strip()
    for result in value["results"]:
        program = str(result.get("program", ""))
        end = program.rfind(tests) if tests else -1
        # The tests begin with the brace that the completion was cut at.
        yield {"task_id": task, "completion": program if end < 0 else program[:end].rstrip()}


def rows_of_folder(folder: Path, ids: TaskIds) -> Iterator[Row]:
    """One program a file: ``TASK.rs``, ``TASK_0.rs``, or ``TASK/0.rs``.

    Raises:
        DataError: if a file's name means no task.
    """
    for path in sorted(folder.rglob("*.rs")):
        where = str(path)
        inside = path.relative_to(folder).parts[:-1]
        name = "/".join(inside) or path.stem
        try:
            task = ids.find(name, where)
        except DataError:
            match = _NUMBER.match(name)
            if match is None:
                raise
            task = ids.find(match["name"], where)
        yield {"task_id": task, "completion": path.read_text("utf-8", "replace"), "file": path.name}


def rows_of_inspect_log(path: Path, ids: TaskIds) -> Iterator[Row]:
    """The answers in a log of inspect_ai, by its own reader.

    Raises:
        EnvironmentUnfitError: if inspect_ai is not installed.
    """
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise EnvironmentUnfitError(
            f"{path} is a log of inspect_ai, and inspect_ai is not installed",
            "Install it: pip install 'evalpkg[inspect]'.",
        ) from error
    log = read_eval_log(str(path))
    for sample in log.samples or []:
        where = f"{path}, sample {sample.id}"
        for choice in sample.output.choices:
            yield {
                "task_id": ids.find(str(sample.id), where),
                "completion": choice.message.text,
                "finish_reason": choice.stop_reason or "",
            }
