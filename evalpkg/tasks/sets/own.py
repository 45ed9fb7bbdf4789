"""Task sets of a user's own: the fields of docs/dataset.md."""

from __future__ import annotations

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, RowError, text
from evalpkg.tasks.sets import multipl_e

_REQUIRED = ("task_id", "prompt", "entry_point", "test")


def convert(row: Row) -> Task:
    """The task of a row in our own shape, or in MultiPL-E's.

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
    )
