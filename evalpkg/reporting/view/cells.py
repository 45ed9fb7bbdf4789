"""One number as a report shows it: the value, its intervals, and the effect of missing samples."""

from __future__ import annotations

from dataclasses import dataclass

from evalpkg.reporting.format import (
    NBSP,
    percent,
    percent_range,
    points,
    points_range,
)
from evalpkg.statistics import Difference, Estimate, Interval


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one number.

    Attributes:
        text: the value, ``n/a`` if there is none.
        interval: interval for new tasks like these, empty if there is none.
        again: interval for sampling these same tasks again, empty if there is none.
        note: bounds of the value over all possible verdicts of the samples that have none; empty
            if these samples cannot change it.
    """

    text: str
    interval: str = ""
    again: str = ""
    note: str = ""


def estimate_cell(estimate: Estimate) -> Cell:
    """Show a share of samples or tasks."""
    text = percent(estimate.value)
    return Cell(
        text,
        percent_range(estimate.new_tasks),
        percent_range(estimate.same_tasks),
        _note(text, percent_range(estimate.bounds)),
    )


def difference_cell(difference: Difference) -> Cell:
    """Show a difference in percentage points."""
    text = points(difference.value)
    return Cell(
        text,
        points_range(difference.new_tasks),
        points_range(difference.same_tasks),
        _note(text, points_range(difference.bounds)),
    )


def interval_pair(interval: Interval | None) -> tuple[float, float] | None:
    """Return both ends, for a figure."""
    return None if interval is None else (interval.low, interval.high)


def _note(text: str, bounds: str) -> str:
    """Say how far missing samples could move a value; empty if the printed value stays the same."""
    low, _, high = bounds.partition(" to ")
    if low != high.split(NBSP)[0]:
        return f"missing samples: {bounds}"
    return "" if high in ("", text) else f"missing samples: {high}"
