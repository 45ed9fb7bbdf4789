"""One number as a report shows it: the value, its intervals, and how firm it is."""

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
        text: the value, ``n/a`` where there is none.
        interval: on new tasks like these, empty where there is none.
        again: on these same tasks sampled again, empty where there is none.
        note: what the samples without a verdict could make of it, empty where they cannot.
    """

    text: str
    interval: str = ""
    again: str = ""
    note: str = ""


def estimate_cell(estimate: Estimate) -> Cell:
    """A share of samples or tasks."""
    text = percent(estimate.value)
    return Cell(
        text,
        percent_range(estimate.new_tasks),
        percent_range(estimate.same_tasks),
        _note(text, percent_range(estimate.bounds)),
    )


def difference_cell(difference: Difference) -> Cell:
    """A difference in percentage points."""
    text = points(difference.value)
    return Cell(
        text,
        points_range(difference.new_tasks),
        points_range(difference.same_tasks),
        _note(text, points_range(difference.bounds)),
    )


def interval_pair(interval: Interval | None) -> tuple[float, float] | None:
    """Both ends, for a figure."""
    return None if interval is None else (interval.low, interval.high)


def _note(text: str, bounds: str) -> str:
    """Say how far missing samples could move a value; empty if the printed value stays the same."""
    low, _, high = bounds.partition(" to ")
    if low != high.split(NBSP)[0]:
        return f"missing samples: {bounds}"
    return "" if high in ("", text) else f"missing samples: {high}"
