"""Compute pass@k on subsets of the tasks and with other weights, to see whether results hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from evalpkg.models import Role
from evalpkg.statistics.comparison import pass_pairs
from evalpkg.statistics.counts import Counts
from evalpkg.statistics.design import Design, Floats, Ints, cluster_key, make_design
from evalpkg.statistics.intervals import difference_interval, t_interval
from evalpkg.statistics.metrics import UNTOUCHED, Interval, SensitivityLine
from evalpkg.statistics.scores import score
from evalpkg.statistics.statistics_settings import StatisticsSettings

MACRO = "category macro-average"
UNREPAIRED = "without repaired tasks"


def sensitivity(
    design: Design,
    counts: Mapping[Role, Counts],
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> tuple[SensitivityLine, ...]:
    """Compute pass@k in each view that applies.

    Views: without repaired tasks, without tasks of the training data, by category, and with equal
    weight for each category.
    """
    views: list[tuple[str, Ints]] = []
    errata = np.array([bool(task.erratum) for task in design.tasks])
    if errata.any() and not errata.all():
        views.append((UNREPAIRED, np.flatnonzero(~errata)))
    touched = np.array([task.task_id in settings.touched for task in design.tasks])
    if touched.any() and not touched.all():
        views.append((UNTOUCHED, np.flatnonzero(~touched)))
    names, member = np.unique([task.category for task in design.tasks], return_inverse=True)
    lines: list[SensitivityLine] = []
    if len(names) > 1:
        lines += [_macro(design, counts, member, k, settings) for k in k_values]
        for i, name in enumerate(names):
            views.append((f"category: {name or '(none)'}", np.flatnonzero(member == i)))
    for view, keep in views:
        lines += _subset(view, keep, design, counts, k_values, settings)
    return tuple(lines)


def _subset(
    view: str,
    keep: Ints,
    design: Design,
    counts: Mapping[Role, Counts],
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> list[SensitivityLine]:
    part = make_design([design.tasks[i] for i in keep])
    taken = {role: c.take(keep) for role, c in counts.items()}
    lines = [_line(view, part, taken, k) for k in k_values]
    if len(taken) < len(Role):
        return lines
    pairs = pass_pairs(taken[Role.BASE], taken[Role.FINETUNED], k_values)
    return [
        _compared(line, part, pair.differences, settings.confidence)
        for line, pair in zip(lines, pairs, strict=True)
    ]


def _line(view: str, part: Design, counts: Mapping[Role, Counts], k: int) -> SensitivityLine:
    known = {role: score(c, c.passed, k).known for role, c in counts.items()}
    return SensitivityLine(
        view=view,
        tasks=len(part.tasks),
        clusters=len(part.sizes),
        k=k,
        values={role: scores.mean if scores else None for role, scores in known.items()},
    )


def _compared(
    line: SensitivityLine, part: Design, values: Floats | None, confidence: float
) -> SensitivityLine:
    if values is None:
        return line
    value = float(values.mean())
    interval = difference_interval(part, values, value, confidence)
    return line.model_copy(update={"difference": value, "interval": interval})


def _macro(
    design: Design,
    counts: Mapping[Role, Counts],
    member: Ints,
    k: int,
    settings: StatisticsSettings,
) -> SensitivityLine:
    """Compute pass@k with equal weight for every category, however many tasks it has."""
    known = {role: score(c, c.passed, k).known for role, c in counts.items()}
    weights = 1.0 / (np.bincount(member)[member] * (member.max() + 1))
    values = {role: float(weights @ s.values) if s else None for role, s in known.items()}
    line = _line(MACRO, design, counts, k).model_copy(update={"values": values})
    base, finetuned = known.get(Role.BASE), known.get(Role.FINETUNED)
    if base is None or finetuned is None:
        return line
    paired = finetuned.values - base.values
    interval = _macro_interval(design, paired, weights, member, settings)
    return line.model_copy(update={"difference": float(weights @ paired), "interval": interval})


def _macro_interval(
    design: Design, values: Floats, weights: Floats, member: Ints, settings: StatisticsSettings
) -> Interval | None:
    """Return a t interval; None if a category has one cluster, since its spread is unknown."""
    keys = [cluster_key(task) for task in design.tasks]
    for category in range(member.max() + 1):
        if len({keys[i] for i in np.flatnonzero(member == category)}) < 2:
            return None
    means = np.bincount(member, weights=values) / np.bincount(member)
    sums = design.cluster_sums(weights * (values - means[member]))
    clusters = len(design.sizes)
    error = sqrt(clusters / (clusters - 1) * float((sums**2).sum()))
    return t_interval(float(weights @ values), error, clusters, settings.confidence)
