"""The paired comparison, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from urllib.parse import quote

from evalpkg.reporting.figures.svg import BASE, FINETUNED, INK, MUTED, PAPER, drawing, to_svg
from evalpkg.reporting.format import plural, points

WIDTH, HEIGHT = 550, 356
NARROW, NARROW_HEIGHT = 350, 300
"""Size for phones, where the text of a figure of full width would be unreadable."""


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """Share of correct samples of one task, for both models."""

    task_id: str
    name: str
    base: float
    finetuned: float

    @property
    def difference(self) -> float:
        """Fine-tuned minus base."""
        return self.finetuned - self.base


def paired_figures(
    tasks: Sequence[TaskDifference], mean: float | None, interval: tuple[float, float] | None
) -> tuple[str, str]:
    """Draw the figure for a wide page and for a narrow page; see ``paired_figure``."""
    return (
        paired_figure(tasks, mean, interval),
        paired_figure(tasks, mean, interval, NARROW, NARROW_HEIGHT),
    )


def paired_figure(
    tasks: Sequence[TaskDifference],
    mean: float | None,
    interval: tuple[float, float] | None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """Draw a bar per task, sorted by difference, and the mean with its interval across them.

    Args:
        tasks: every task that has samples of both models.
        mean: the mean difference, as a share of one.
        interval: of the mean.
        width: of the figure, in CSS pixels.
        height: of the figure, in CSS pixels.

    Returns:
        An ``<svg>`` element. Each bar links to its task (``#task=...``) and names it on hover.
    """
    ordered = sorted(tasks, key=lambda t: (-t.difference, t.task_id))
    tooltips = {}
    salt = f"paired-{width}"
    with drawing(width, height, salt) as figure:
        from matplotlib.ticker import MultipleLocator

        axes = figure.add_subplot()
        for x, task in enumerate(ordered):
            tall = 100 * task.difference
            (bar,) = axes.bar(x, tall or 1.2, width=0.82, bottom=0 if tall else -0.6)
            bar.set_color(FINETUNED if tall > 0 else BASE if tall < 0 else MUTED)
            bar.set_linewidth(0)
            bar.set_gid(f"{salt}-{x}")
            bar.set_url("#task=" + quote(task.task_id, safe=""))
            tooltips[f"{salt}-{x}"] = (
                f"{task.task_id} {task.name}: base {task.base:.0%}, "
                f"fine-tuned {task.finetuned:.0%}, {points(task.difference)} points"
            )
        if interval is not None:
            axes.axhspan(100 * interval[0], 100 * interval[1], color=INK, alpha=0.1, linewidth=0)
            for end in interval:
                axes.axhline(100 * end, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
        if mean is not None:
            axes.axhline(100 * mean, color=INK, linewidth=1.5)
            axes.annotate(
                f"mean {points(mean)} points",
                (len(ordered) - 0.5, 100 * mean),
                xytext=(0, 5),
                textcoords="offset points",
                ha="right",
                va="bottom",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
            )
        axes.set_xlim(-0.7, len(ordered) - 0.3)
        ends = [100 * end for end in interval or ()]
        axes.set_ylim(*_limits([100 * t.difference for t in ordered] + ends))
        axes.yaxis.set_major_locator(MultipleLocator(25))
        axes.yaxis.set_major_formatter(lambda y, _: points(y / 100).removesuffix(".0"))
        axes.set_xticks([])
        axes.grid(visible=False, axis="x")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return to_svg(figure, _describe(ordered), tooltips)


def _limits(heights: Sequence[float]) -> tuple[float, float]:
    """Choose multiples of 25 that hold all bars, the interval, zero and a margin."""
    low, high = 25 * floor(min([*heights, -1]) / 25), 25 * ceil(max([*heights, 1]) / 25)
    return low - 5, high + 9


def _describe(ordered: Sequence[TaskDifference]) -> str:
    """Describe the figure in words."""
    won = sum(t.difference > 0 for t in ordered)
    lost = sum(t.difference < 0 for t in ordered)
    return (
        f"Difference per task, sorted: fine-tuned ahead on {plural(won, 'task')}, "
        f"behind on {plural(lost, 'task')}, level on {plural(len(ordered) - won - lost, 'task')}"
    )
