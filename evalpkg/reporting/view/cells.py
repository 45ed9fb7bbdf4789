"""One number as a report shows it: the value, its intervals, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from evalpkg.reporting.format import (
    percent,
    percent_range,
    points,
    points_range,
    typeset,
)
from evalpkg.statistics import Difference, Estimate, Interval


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one number.

    Attributes:
        text: the value, ``n/a`` where there is none.
        interval: on new tasks like these, empty where there is none.
        again: on these same tasks sampled again, empty where there is none.
        note: why there is no value, or what missing samples could make of it.
    """

    text: str
    interval: str = ""
    again: str = ""
    note: str = ""


def estimate_cell(estimate: Estimate) -> Cell:
    """A share of samples or tasks."""
    bounds = percent_range(estimate.bounds)
    return Cell(
        percent(estimate.value),
        percent_range(estimate.new_tasks),
        percent_range(estimate.same_tasks),
        _note(estimate.reason, bounds, estimate.missing),
    )


def difference_cell(difference: Difference) -> Cell:
    """A difference in percentage points."""
    return Cell(
        points(difference.value),
        points_range(difference.new_tasks),
        points_range(difference.same_tasks),
        _note(difference.reason, points_range(difference.bounds), 0),
    )


def interval_pair(interval: Interval | None) -> tuple[float, float] | None:
    """Both ends, for a figure."""
    return None if interval is None else (interval.low, interval.high)


def _note(reason: str, bounds: str, missing: int) -> str:
    without = f"{missing:,} without a verdict; " if missing else ""
    limits = f"{without}{bounds} depending on the samples without a verdict" if bounds else ""
    if missing and bounds:
        limits = f"{bounds} depending on {missing:,} without a verdict"
    return typeset("; ".join(part for part in (reason, limits) if part))
