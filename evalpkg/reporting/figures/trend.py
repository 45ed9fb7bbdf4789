"""Several runs, usually checkpoints: the paired difference of each against one reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.reporting.figures.svg import FINETUNED, INK, drawing, to_svg
from evalpkg.reporting.format import points as in_points

WIDTH, NARROW, HEIGHT = 1080, 350, 320
CHARACTER, FEWEST = 8, 5
"""Pixels of a character, and the fewest characters that can tell a run's name."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run's difference, as shares of one.

    Attributes:
        run: position of the run.
        value: None if it does not exist.
        low: lower end of the interval, None where there is none.
        high: upper end of the interval, None where there is none.
    """

    run: int
    value: float | None
    low: float | None
    high: float | None


def steps_of(labels: Sequence[str]) -> list[int] | None:
    """Read the training step from each label; None if a label has none or two have the same.

    >>> steps_of(["checkpoint-500", "checkpoint-1000"]), steps_of(["lora", "full-2"])
    ([500, 1000], None)
    """
    found = [
        re.search(r"(?:^|[^0-9A-Za-z.])(?:checkpoint|step|iter)?[-_]?(\d+)$", label)
        for label in labels
    ]
    steps = [int(match[1]) for match in found if match]
    return steps if len(labels) > 1 and len(set(steps)) == len(labels) else None


def fitting(labels: Sequence[str], width: int) -> list[str]:
    """Cut the middle out of labels that are too long; number the runs if that is not enough.

    >>> fitting(["tuned-on-everything-one", "b"], 350), fitting(["one", "two"], 50)
    (['tuned-on-e…ything-one', 'b'], ['1', '2'])
    """
    room = width // max(1, len(labels)) // CHARACTER
    head, tail = room // 2, (room - 1) // 2
    shown = [
        label if len(label) <= room else f"{label[:head]}\u2026{label[-tail:]}" for label in labels
    ]
    if room < FEWEST or len(set(shown)) < len(labels):
        return [str(number) for number in range(1, len(labels) + 1)]
    return shown


def trend_figures(labels: Sequence[str], points: Sequence[TrendPoint], what: str) -> list[str]:
    """Draw the figure for a wide page and for a narrow page; see ``trend_figure``."""
    return [trend_figure(labels, points, what, width) for width in (WIDTH, NARROW)]


def trend_figure(
    labels: Sequence[str], points: Sequence[TrendPoint], what: str, width: int = WIDTH
) -> str:
    """Draw differences by run with their intervals and a line at zero, as an ``<svg>`` element.

    If every label ends with a training step, the runs are placed at their steps and a line joins
    them.

    Args:
        labels: of the runs, in order.
        points: at most one per run.
        what: name of the difference.
        width: of the figure, in CSS pixels.
    """
    with drawing(width, HEIGHT, f"trend-{width}") as figure:
        from matplotlib.ticker import MaxNLocator

        axes = figure.add_subplot()
        axes.axhline(0.0, color=INK, linewidth=1.2)
        known = [p for p in points if p.value is not None]
        steps = steps_of(labels)
        places = steps or list(range(len(labels)))
        for p in known:
            if p.low is not None and p.high is not None:
                ends = [100 * p.low, 100 * p.high]
                axes.plot([places[p.run]] * 2, ends, color=FINETUNED, linewidth=2)
        heights = [100 * (p.value or 0.0) for p in known]
        curve = sorted(zip([places[p.run] for p in known], heights, strict=True))
        linewidth = 1.2 if steps else 0
        axes.plot(
            *zip(*curve, strict=True) if curve else ([], []),
            color=FINETUNED,
            linewidth=linewidth,
            marker="D",
        )
        if steps:
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axes.set_xlabel("step", color=INK)
        else:
            axes.set_xticks(places, fitting(labels, width), color=INK)
            axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.yaxis.set_major_formatter(lambda y, _: in_points(y / 100).removesuffix(".0"))
        axes.grid(visible=False, axis="x")
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_visible(False)
        words = "; ".join(f"{labels[p.run]} {in_points(p.value)} points" for p in points)
        return to_svg(figure, f"{what} by run: {words}")
