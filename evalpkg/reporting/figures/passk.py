"""pass@k of both models and modes, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalpkg.models import Mode, Role
from evalpkg.reporting.figures.svg import BASE, FINETUNED, GRID, INK, PAPER, drawing, to_svg
from evalpkg.reporting.format import percent
from evalpkg.reporting.labels import MODE, ROLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, NARROW, ROW, GAP = 550, 350, 22, 0.5
COLOUR = {Role.BASE: BASE, Role.FINETUNED: FINETUNED}
MARKER = {Role.BASE: "o", Role.FINETUNED: "D"}


@dataclass(frozen=True, slots=True)
class PassPoint:
    """One dot of the figure: pass@k of one model in one mode, all as shares of one.

    Attributes:
        value: None if it does not exist (fewer than k samples).
        low: lower end of the interval, None where there is none.
        high: upper end of the interval, None where there is none.
    """

    k: int
    mode: Mode
    role: Role
    value: float | None
    low: float | None
    high: float | None


def pass_figures(points: Sequence[PassPoint]) -> tuple[str, str]:
    """Draw the figure for a wide page and for a narrow page; see ``pass_figure``."""
    return pass_figure(points), pass_figure(points, NARROW)


def pass_figure(points: Sequence[PassPoint], width: int = WIDTH) -> str:
    """Draw one row per point, grouped by k and mode, as an ``<svg>`` ``width`` pixels wide."""
    groups: dict[tuple[int, Mode], list[PassPoint]] = {}
    for point in sorted(points, key=lambda p: (p.k, list(Mode).index(p.mode))):
        groups.setdefault((point.k, point.mode), []).append(point)
    height = ROW * (len(points) + GAP * len(groups)) + 50
    with drawing(width, height, f"passk-{width}") as figure:
        axes = figure.add_subplot()
        position, ticks = 0.0, []
        for (k, mode), members in groups.items():
            first = position
            for point in members:
                _draw(axes, point, position)
                position += 1
            ticks.append(((first + position - 1) / 2, f"pass@{k}\n{MODE[mode]}"))
            axes.axhline(position - 0.5 + GAP / 2, color=GRID, linewidth=1)
            position += GAP
        axes.set_yticks([p for p, _ in ticks], [label for _, label in ticks], color=INK)
        axes.set_ylim(position - 0.5 - GAP / 2, -0.5 - GAP / 2)
        axes.set_xlim(0, 100)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0f}%")
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", pad=10)  # a dot at 0 % reaches over the end of the axis
        axes.spines["left"].set_visible(False)
        return to_svg(figure, _describe(points))


def _draw(axes: Axes, point: PassPoint, y: float) -> None:
    """Draw one dot with its interval, and write its value beside it."""
    colour = COLOUR[point.role]
    if point.value is None:
        axes.text(1, y, f"{ROLE[point.role]}: n/a", va="center", color=colour)
        return
    low = point.value if point.low is None else point.low
    high = point.value if point.high is None else point.high
    axes.plot([100 * low, 100 * high], [y, y], color=colour, linewidth=2, clip_on=False)
    axes.plot(
        [100 * point.value],
        [y],
        marker=MARKER[point.role],
        markersize=8,
        color=colour,
        markerfacecolor=colour if point.mode is Mode.NO_POLICY else PAPER,
        markeredgewidth=2,
        clip_on=False,
    )
    # Beside the axis, in a column of its own, where no interval or other label can overlap it.
    axes.annotate(
        f"{ROLE[point.role]} {percent(point.value)}",
        (1.0, y),
        xycoords=axes.get_yaxis_transform(),
        xytext=(12, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=colour,
        annotation_clip=False,
    )


def _describe(points: Sequence[PassPoint]) -> str:
    """Describe the figure in words."""
    words = [f"pass@{p.k} {MODE[p.mode]} {ROLE[p.role]} {percent(p.value)}" for p in points]
    return "Dots with intervals: " + "; ".join(words)
