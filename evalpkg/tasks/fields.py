"""Reads the fields of one published row, and the functions in its source texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalpkg.errors import DataError
from evalpkg.extraction import item_name, parse

Row = Mapping[str, Any]
"""One JSON object of a task set."""


class RowError(DataError):
    """A row that cannot become a task."""


def text(row: Row, field: str, default: str | None = None) -> str:
    """Return the string in ``row[field]``.

    Raises:
        RowError: if it is missing and has no default, is not a string, or is not valid Unicode.
    """
    value = row.get(field, default)
    if value is None:
        raise RowError(f"the field {field!r} is missing")
    if not isinstance(value, str):
        raise RowError(f"the field {field!r} is not a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RowError(f"the field {field!r} holds half a surrogate pair") from error
    return value


def functions(source: str) -> Sequence[str]:
    """Return the names of a source's top-level functions; its last brace may be open."""
    closing = "\n}" if source.rstrip().endswith("{") else ""
    root = parse((source + closing).encode()).root_node
    names = [item_name(node) for node in root.children if node.type == "function_item"]
    return [name for name in names if name is not None]


def last_function(prompt: str) -> str:
    """Return the name of the function whose body ``prompt`` opens.

    Raises:
        RowError: if the prompt opens no function.
    """
    names = functions(prompt)
    if not names:
        raise RowError("the prompt opens no function")
    return names[-1]
