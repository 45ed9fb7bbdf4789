"""Several runs, usually checkpoints, in the order in which they were named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.models import Role
from evalpkg.reporting.figures.passk import COLOUR, MARKER
from evalpkg.reporting.figures.svg import INK, drawing, to_svg
from evalpkg.reporting.format import percent
from evalpkg.reporting.labels import ROLE

WIDTH, HEIGHT = 1080, 320
OFFSET = {Role.BASE: -0.06, Role.FINETUNED: 0.06}


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One model of one run, as shares of one.

    Attributes:
        run: position of the run.
        value: None where it does not exist.
        low: lower end of the interval, None where there is none.
        high: upper end of the interval, None where there is none.
    """

    run: int
    role: Role
    value: float | None
    low: float | None
    high: float | None


def trend_figure(labels: Sequence[str], points: Sequence[TrendPoint], what: str) -> str:
    """One metric by run, a line per model, as an ``<svg>`` element.

    Args:
        labels: of the runs, in order.
        points: at most one per run and model.
        what: name of the metric.
    """
    from matplotlib.ticker import MaxNLocator

    with drawing(WIDTH, HEIGHT, "trend") as figure:
        axes = figure.add_subplot()
        for role in Role:
            own = [p for p in points if p.role is role and p.value is not None]
            if not own:
                continue
            xs = [p.run + OFFSET[role] for p in own]
            ys = [100 * (p.value or 0.0) for p in own]
            axes.plot(xs, ys, color=COLOUR[role], linewidth=1.5, marker=MARKER[role], markersize=8)
            for x, p in zip(xs, own, strict=True):
                if p.low is not None and p.high is not None:
                    axes.plot([x, x], [100 * p.low, 100 * p.high], color=COLOUR[role], linewidth=2)
            axes.annotate(
                ROLE[role],
                (xs[-1], ys[-1]),
                xytext=(14, 0),
                textcoords="offset points",
                va="center",
                color=COLOUR[role],
            )
        axes.set_xticks(range(len(labels)), labels, color=INK)
        axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0f}%")
        axes.grid(visible=False, axis="x")
        axes.spines["left"].set_visible(False)
        words = "; ".join(f"{labels[p.run]} {ROLE[p.role]} {percent(p.value)}" for p in points)
        return to_svg(figure, f"{what} by run: {words}")
