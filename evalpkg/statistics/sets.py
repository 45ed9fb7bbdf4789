"""Compute the results on each task set, for a run that has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evalpkg.models import Role
from evalpkg.statistics.comparison import pass_pairs
from evalpkg.statistics.counts import Counts
from evalpkg.statistics.design import Design, Ints, make_design
from evalpkg.statistics.estimate import estimates
from evalpkg.statistics.intervals import difference_interval
from evalpkg.statistics.metrics import PassAtK, SetDifference, SetOfRole, SetResult
from evalpkg.statistics.scores import score
from evalpkg.statistics.statistics_settings import StatisticsSettings


def set_results(
    design: Design,
    counts: Mapping[Role, Counts],
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> tuple[SetResult, ...]:
    """Compute pass@k and compile rate on each set alone; empty if there is only one set."""
    names, member = np.unique([task.dataset for task in design.tasks], return_inverse=True)
    if len(names) < 2:
        return ()
    in_order = dict.fromkeys(task.dataset for task in design.tasks)
    numbers = {str(name): number for number, name in enumerate(names)}
    return tuple(
        _result(name, np.flatnonzero(member == numbers[name]), design, counts, k_values, settings)
        for name in in_order
    )


def _result(
    name: str,
    keep: Ints,
    design: Design,
    counts: Mapping[Role, Counts],
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> SetResult:
    part = make_design([design.tasks[i] for i in keep])
    taken = {role: own.take(keep) for role, own in counts.items()}
    return SetResult(
        dataset=name,
        tasks=len(part.tasks),
        clusters=len(part.sizes),
        roles={role: _of_role(part, own, k_values, settings) for role, own in taken.items()},
        differences=_differences(part, taken, k_values, settings),
    )


def _of_role(
    part: Design, counts: Counts, k_values: Sequence[int], settings: StatisticsSettings
) -> SetOfRole:
    wanted = [score(counts, counts.passed, k) for k in k_values]
    *passes, compiled = estimates(part, [*wanted, score(counts, counts.compiled)], settings)
    return SetOfRole(
        judged=int(counts.judged.sum()),
        pass_at_k=tuple(PassAtK(**dict(e), k=k) for k, e in zip(k_values, passes, strict=True)),
        compile_rate=compiled,
    )


def _differences(
    part: Design,
    counts: Mapping[Role, Counts],
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> tuple[SetDifference, ...]:
    if len(counts) < len(Role):
        return ()
    found = []
    pairs = pass_pairs(counts[Role.BASE], counts[Role.FINETUNED], k_values)
    for k, pair in zip(k_values, pairs, strict=True):
        values = pair.differences
        if values is None:
            found.append(SetDifference(k=k, value=None))
            continue
        value = float(values.mean())
        interval = difference_interval(part, values, value, settings.confidence)
        found.append(SetDifference(k=k, value=value, interval=interval))
    return tuple(found)
