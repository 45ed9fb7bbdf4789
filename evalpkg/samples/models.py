"""Which model wrote which row: two models are not one with more samples."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.errors import DataError
from evalpkg.samples.rows import Row

FIELDS = ("role", "model", "model_name", "model_id")
"""Fields that tell models apart."""
_SHOWN = 4


def of_one_model(rows: Sequence[Row], model: str, source: str) -> list[Row]:
    """The rows of one model.

    Args:
        rows: of one or several models.
        model: whose rows to keep; empty where there is but one.
        source: where the rows come from, for messages.

    Raises:
        DataError: if they are of several models and none is chosen, or none is the chosen one's.
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
                f"Judge one (--model '{one}'), or compare two: "
                f"evalpkg score --base '{source}:{one}' --finetuned '{source}:{two}'.",
            )
    return list(rows)


def names_of(rows: Sequence[Row], field: str) -> list[str]:
    """What ``field`` calls the models, sorted; empty where no row has it."""
    return sorted({str(row[field]) for row in rows if field in row})


def name_of(rows: Sequence[Row]) -> str:
    """The one model's name, empty where the rows do not tell."""
    for field in FIELDS[1:]:
        names = names_of(rows, field)
        if len(names) == 1:
            return names[0]
    return ""
