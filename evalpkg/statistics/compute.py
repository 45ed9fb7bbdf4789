"""Compute the metrics of one mode from its rows; this reads and writes no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Mode, Role, Row, Task
from evalpkg.statistics.metrics import Metrics
from evalpkg.statistics.statistics_settings import StatisticsSettings


def compute_metrics(
    tasks: Sequence[Task],
    rows: Mapping[Role, Sequence[Row]],
    mode: Mode,
    expected: Mapping[Role, int],
    k_values: Sequence[int],
    settings: StatisticsSettings,
    uneven: Mapping[Role, Mapping[str, int]] | None = None,
) -> Metrics:
    """Compute every metric of one mode, as defined in ``docs/metrics.md``.

    The order of ``tasks`` and ``rows`` does not matter. Equal arguments give equal results.

    Args:
        tasks: all tasks that were asked, including those without rows.
        rows: the mode's rows of each model. If a model in ``expected`` has no rows, all its samples
            count as absent.
        mode: the mode of the rows.
        expected: samples per task that were asked of each model; a skipped model is left out.
        k_values: the k of pass@k, in any order.
        settings: confidence, seed and sizes of the resampling.
        uneven: for each model, the number of samples of tasks of which fewer than ``expected`` were
            asked.

    Raises:
        ConfigError: if a ``k`` or a number of samples is below 1.
        DataError: if there are no tasks, or if rows contradict them, ``expected`` or each other.
    """
    from evalpkg.statistics.answers import token_difference
    from evalpkg.statistics.comparison import compare_roles
    from evalpkg.statistics.counts import count_rows
    from evalpkg.statistics.design import make_design
    from evalpkg.statistics.roles import role_metrics
    from evalpkg.statistics.sensitivity import sensitivity
    from evalpkg.statistics.sets import set_results

    ks = sorted(set(k_values))
    if not ks or ks[0] < 1:
        raise ConfigError(
            f"k values must be whole numbers from 1 up, not {list(k_values)}",
            "Give for example --k-values 1,10,100.",
        )
    if any(samples < 1 for samples in expected.values()):
        raise ConfigError("each model needs at least one sample per task", "Raise --num-samples.")
    for role in rows.keys() - expected.keys():
        raise DataError(f"there are rows of the {role.in_words} model, which was not asked for")
    design = make_design(tasks)
    roles = [role for role in Role if role in expected]
    given = {role: rows.get(role, ()) for role in roles}
    fewer = uneven or {}
    counts = {
        role: count_rows(design, given[role], role, mode, expected[role], fewer.get(role, {}))
        for role in roles
    }
    return Metrics(
        mode=mode,
        settings=settings,
        k_values=tuple(ks),
        tasks=len(design.tasks),
        clusters=len(design.sizes),
        roles={
            role: role_metrics(design, counts[role], given[role], mode, ks, settings)
            for role in roles
        },
        comparison=compare_roles(
            design,
            counts[Role.BASE],
            counts[Role.FINETUNED],
            ks,
            mode,
            token_difference(design, given, settings.confidence),
            settings,
        )
        if len(roles) == len(Role)
        else None,
        sensitivity=sensitivity(design, counts, ks, settings),
        sets=set_results(design, counts, ks, settings),
    )
