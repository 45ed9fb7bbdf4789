"""Turns records into JSON lines and back; the record's own types define each field.

The bytes are canonical: keys in field order, no spaces added, one line feed per line, UTF-8
without escapes. Equal records give equal files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from types import UnionType
from typing import Any, Generic, NotRequired, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import (
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
    with_config,
)
from typing_extensions import TypedDict

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.models import Row, Sample, Task
from evalpkg.store.files import canonical_json, replacing
from evalpkg.store.json_lines import read_objects

T = TypeVar("T")

_STRICT = {str: StrictStr, int: StrictInt, bool: StrictBool, float: StrictFloat}


class Codec(Generic[T]):
    """The JSON form of one kind of record.

    Args:
        record: a dataclass of JSON's own types, enumerations of texts, and tuples of them.
        name: name of a record in messages, such as "a task".
    """

    def __init__(self, record: type[T], name: str) -> None:
        self.name = name
        self._record = record
        names = [field.name for field in _fields(record)]
        self._names = names
        self._values = attrgetter(*names)

    @cached_property
    def _adapter(self) -> TypeAdapter[dict[str, Any]]:
        """Build the validator at its first use: a command uses few of the records."""
        return TypeAdapter(_shape(self._record))

    def parse(self, value: Mapping[str, Any]) -> T:
        """Read the record from a JSON object. Nothing is converted: ``"1"`` is not a number.

        Raises:
            ValueError: if the object is not such a record; the text names the field.
        """
        try:
            return self._record(**self._adapter.validate_python(value))
        except ValidationError as error:
            raise ValueError(_said(error)) from None

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a record."""
        return self._adapter.json_schema()

    def values(self, record: T) -> dict[str, Any]:
        """Return a record's fields by name, in their order."""
        return dict(zip(self._names, self._values(record), strict=True))

    def line(self, record: T) -> str:
        """Write one record as a line with its line feed."""
        return canonical_json(self.values(record)) + "\n"

    def as_read(self, record: T) -> T:
        """Return the record as a reader of its line gets it.

        Halves of a surrogate pair that stand side by side, as a server that cuts characters sends
        them, are read as one character.

        Raises:
            ValueError: if a field has a wrong type.
        """
        return self.parse(json.loads(self.line(record)))

    def read(self, path: Path) -> Iterator[T]:
        """Yield each record of a file.

        Raises:
            DataError: if the file cannot be read, or a line is not such a record.
        """
        for number, value in read_objects(path):
            try:
                yield self.parse(value)
            except ValueError as error:
                raise DataError(
                    f"{path}, line {number}: not {self.name} ({error})", COPY_AGAIN
                ) from None

    def write(self, path: Path, records: Iterable[T]) -> None:
        """Replace the content of ``path`` by ``records`` atomically.

        Raises:
            EnvironmentUnfitError: if the place cannot be written to.
        """
        with replacing(path) as out:
            out.writelines(self.line(record).encode("utf-8") for record in records)


def _shape(record: type[Any]) -> Any:
    """Make a ``TypedDict`` of the record's fields that converts nothing and allows no others."""
    hints = get_type_hints(record)
    kinds = {
        field.name: _strict(hints[field.name])
        if field.default is MISSING and field.default_factory is MISSING
        else NotRequired[_strict(hints[field.name])]
        for field in _fields(record)
    }
    shape = TypedDict(record.__name__, kinds)  # type: ignore[misc]
    return with_config(extra="forbid")(shape)


def _fields(record: type[Any]) -> tuple[Field[Any], ...]:
    return fields(record)


def _strict(kind: Any) -> Any:
    """Replace every basic type in ``kind`` by its strict form, which converts nothing."""
    inner = tuple(_strict(one) for one in get_args(kind))
    if not inner:
        return _STRICT.get(kind, kind)
    return Union[inner] if isinstance(kind, UnionType) else get_origin(kind)[inner]  # noqa: UP007


def _said(error: ValidationError) -> str:
    """Describe the first error in one line."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"{place} is missing"
    if first["type"] == "extra_forbidden":
        return f"unknown field {place[:60]!r}"
    said = first["msg"][:1].lower() + first["msg"][1:]
    return (
        f"{first['loc'][0] if first['loc'] else 'the record'}: {said}, found {first['input']!r:.60}"
    )


ROW = Codec(Row, "a result row")
TASK = Codec(Task, "a task")
SAMPLE = Codec(Sample, "a sample")


def read_rows(path: Path) -> list[Row]:
    """Read all rows of a mode file.

    Raises:
        DataError: if a line is not a row.
    """
    return list(ROW.read(path))


def read_tasks(path: Path) -> list[Task]:
    """Read all tasks of a ``tasks.jsonl`` written by a run.

    Raises:
        DataError: if a line is not a task.
    """
    return list(TASK.read(path))
