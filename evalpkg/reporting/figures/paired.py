"""The paired comparison, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from urllib.parse import quote

from evalpkg.reporting.figures.svg import BASE, FINETUNED, INK, MUTED, drawing, to_svg
from evalpkg.reporting.format import plural, points

WIDTH, HEIGHT = 550, 356


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """Share of correct samples of one task under both models."""

    task_id: str
    name: str
    base: float
    finetuned: float

    @property
    def difference(self) -> float:
        """Fine-tuned minus base."""
        return self.finetuned - self.base


def paired_figure(
    tasks: Sequence[TaskDifference], mean: float | None, interval: tuple[float, float] | None
) -> str:
    """A bar per task, sorted by difference, with the mean and its interval across them.

    Args:
        tasks: every task that has samples of both models.
        mean: the mean difference, as a share of one.
        interval: of the mean.

    Returns:
        An ``<svg>`` element. Each bar links to its task (``#task=...``) and names it on hover.
    """
    ordered = sorted(tasks, key=lambda t: (-t.difference, t.task_id))
    from matplotlib.ticker import MultipleLocator

    tooltips = {}
    with drawing(WIDTH, HEIGHT, "paired") as figure:
        axes = figure.add_subplot()
        for x, task in enumerate(ordered):
            height = 100 * task.difference
            (bar,) = axes.bar(x, height or 1.2, width=0.82, bottom=0 if height else -0.6)
            bar.set_color(FINETUNED if height > 0 else BASE if height < 0 else MUTED)
            bar.set_linewidth(0)
            bar.set_gid(f"paired-{x}")
            bar.set_url("#task=" + quote(task.task_id, safe=""))
            tooltips[f"paired-{x}"] = (
                f"{task.task_id} {task.name}: base {task.base:.0%}, "
                f"fine-tuned {task.finetuned:.0%}, {points(task.difference)} points"
            )
        if interval is not None:
            axes.axhspan(100 * interval[0], 100 * interval[1], color=INK, alpha=0.13, linewidth=0)
        if mean is not None:
            axes.axhline(100 * mean, color=INK, linewidth=1.5)
            axes.annotate(
                f"mean {points(mean)} points",
                (len(ordered) - 0.5, 100 * mean),
                xytext=(0, 5),
                textcoords="offset points",
                ha="right",
                va="bottom",
            )
        axes.set_xlim(-0.7, len(ordered) - 0.3)
        lowest, highest = _limits([100 * t.difference for t in ordered])
        axes.set_ylim(lowest, highest)
        axes.yaxis.set_major_locator(MultipleLocator(25))
        axes.yaxis.set_major_formatter(lambda y, _: points(y / 100).removesuffix(".0"))
        axes.set_xticks([])
        axes.grid(visible=False, axis="x")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return to_svg(figure, _describe(ordered), tooltips)


def _limits(heights: Sequence[float]) -> tuple[float, float]:
    """The nearest multiples of 25 that hold every bar and zero, and a margin; never empty."""
    low, high = 25 * floor(min([*heights, 0]) / 25), 25 * ceil(max([*heights, 0]) / 25)
    return (low - 2, high + 2) if low < high else (-27, 27)


def _describe(ordered: Sequence[TaskDifference]) -> str:
    """The figure in words."""
    won = sum(t.difference > 0 for t in ordered)
    lost = sum(t.difference < 0 for t in ordered)
    return (
        f"Difference per task, sorted: fine-tuned ahead on {plural(won, 'task')}, "
        f"behind on {plural(lost, 'task')}, level on {plural(len(ordered) - won - lost, 'task')}"
    )
