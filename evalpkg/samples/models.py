"""Separates the rows of several models: they must not count as one model with more samples."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from evalpkg.errors import DataError
from evalpkg.samples.rows import Row

FIELDS = (
    *("role", "model", "model_name", "model_id", "model_name_or_path", "model_path"),
    *("checkpoint", "adapter", "engine"),
)
"""Fields that name the model of a row."""
_SHOWN = 4


def of_one_model(rows: Sequence[Row], model: str, source: str) -> list[Row]:
    """Return the rows of one model.

    Args:
        rows: of one or several models.
        model: the model whose rows to keep; empty if there is only one.
        source: source of the rows, for messages.

    Raises:
        DataError: if the rows are of several models and ``model`` is empty, or no row is of
            ``model``.
    """
    if model:
        kept = [row for row in rows if any(str(row.get(name, "")) == model for name in FIELDS)]
        if not kept:
            names = sorted({name for field in FIELDS for name in names_of(rows, field)})
            cure = f"It has: {', '.join(names)}." if names else "Its rows name no model."
            raise DataError(f"{source} has no rows of {model!r}", cure)
        return kept
    for field in FIELDS:
        names = names_of(rows, field)
        if len(names) > 1:
            shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
            one, two = names[:2]
            raise DataError(
                f"{source} holds samples of {len(names)} models, by their {field}: {shown}",
                f"Judge one (--model {quote(one)}), or compare two: evalpkg score "
                f"--base {quote(f'{source}:{one}')} --finetuned {quote(f'{source}:{two}')}.",
            )
        nameless = sum(field not in row for row in rows)
        if names and nameless:
            raise DataError(
                f"{source}: {nameless:,} of {len(rows):,} rows have no {field}, the others are of "
                f"{names[0]!r}",
                f"Judge only the rows that name it (--model {quote(names[0])}), or name the model "
                "of the others.",
            )
    return list(rows)


def names_of(rows: Sequence[Row], field: str) -> list[str]:
    """Return the sorted names of models in ``field``; empty if no row has the field."""
    return sorted({str(row[field]) for row in rows if field in row})


def name_of(rows: Sequence[Row]) -> str:
    """Return the name of the one model; empty if the rows do not name it."""
    for field in FIELDS[1:]:
        names = names_of(rows, field)
        if len(names) == 1:
            return names[0]
    return ""
