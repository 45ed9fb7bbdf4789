"""Say what is left of a run without the tasks that the training data hold."""

from __future__ import annotations

from evalpkg.models import Role
from evalpkg.reporting.format import points, points_range
from evalpkg.statistics import UNTOUCHED, Metrics, SensitivityLine, attainable_level

FEW = 30
"""Below this number of distinct problems an interval says little."""


def untouched_sentence(metrics: Metrics) -> str:
    """Return the sentences about the tasks of the training data; empty if none are known."""
    touched = len(metrics.settings.touched)
    if not touched:
        return ""
    line = next((one for one in metrics.sensitivity if one.view == UNTOUCHED), None)
    if line is None:
        return (
            f"The training data hold all {metrics.tasks:,} tasks of this run. It says nothing of "
            "tasks that the models have not seen; evaluate on a set that the data do not hold."
        )
    share = f"{touched:,} of {metrics.tasks:,} tasks"
    left = f"{line.tasks:,} {'task is' if line.tasks == 1 else 'tasks are'} left"
    said = f"The training data hold {share}; {left}{_problems(line)}."
    return f"{said} {_worth(metrics, line)}".strip()


def _problems(line: SensitivityLine) -> str:
    if line.clusters == line.tasks:
        return ""
    return f", of {line.clusters:,} distinct problem{'' if line.clusters == 1 else 's'}"


def _worth(metrics: Metrics, line: SensitivityLine) -> str:
    if len(metrics.roles) == len(Role) and not attainable_level(
        line.clusters, metrics.settings.alpha
    ):
        return (
            "So few cannot show a difference between the models, however large. Draw no conclusion "
            "from the line without them; evaluate on a set that the data do not hold."
        )
    if line.clusters < FEW:
        return (
            "So few say little: one task more or less moves the result by "
            f"{100.0 / line.tasks:.1f} points. Do not read the line without them as a result of "
            "its own."
        )
    if line.difference is None or line.interval is None:
        return ""
    return (
        f"Without the tasks that they hold the difference at pass@{line.k} is "
        f"{points(line.difference)} points ({points_range(line.interval)})."
    )
