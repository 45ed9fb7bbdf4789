"""Task sets of the user's own, with the fields that docs/dataset.md lists."""

from __future__ import annotations

import re

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, RowError, text
from evalpkg.tasks.sets import multipl_e

_REQUIRED = ("task_id", "prompt", "entry_point", "test")


def convert(row: Row) -> Task:
    """Convert a row in our own shape or in MultiPL-E's.

    Raises:
        RowError: if a field is missing or of the wrong type.
    """
    if multipl_e.is_multipl_e(row):
        return multipl_e.convert(row)
    fields = {name: text(row, name) for name in _REQUIRED}
    if not fields["test"].strip():
        raise RowError(f"{fields['task_id']} has an empty test")
    return Task(
        **fields,
        canonical_solution=text(row, "canonical_solution", ""),
        edition=text(row, "edition", "2021"),
        category=text(row, "category", ""),
        cluster=text(row, "cluster", "") or fields["task_id"],
        crates=crates_of(row.get("crates")),
    )


_CRATE = re.compile(r"[A-Za-z][\w-]{0,63} [\d.=^~<>*, ]{1,64}", re.ASCII)


def crates_of(given: object) -> tuple[str, ...]:
    """Return the crates of a task with the versions that it asks for, sorted by name.

    Args:
        given: an object of names and versions, or a list of ``name version``; None for no crates.

    Raises:
        RowError: if it is something else.
    """
    given = given or {}
    if isinstance(given, dict):
        if not all(isinstance(version, str) for version in given.values()):
            raise RowError("the field 'crates' holds a version that is not a string")
        given = [f"{name} {version}" for name, version in given.items()]
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise RowError("the field 'crates' is not an object of crates and versions")
    for one in given:
        if not _CRATE.fullmatch(one):
            raise RowError(f"the field 'crates' holds {one!r:.80}: no name and version of a crate")
    return tuple(sorted(given))
