"""Compare several fine-tuned models with each other on the same tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evalpkg.models import Task
from evalpkg.statistics.design import Design, Floats, make_design
from evalpkg.statistics.intervals import TIE_DECIMALS, difference_interval
from evalpkg.statistics.metrics import Interval, TaskResult
from evalpkg.statistics.statistics_settings import StatisticsSettings

FLIPS = 20_000
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class CheckpointPair:
    """The difference of two runs in the share of correct samples, over their common tasks.

    Attributes:
        earlier, later: positions of the runs.
        tasks: number of common tasks.
        value: the difference, ``later`` minus ``earlier``.
        interval: interval for the difference on new tasks.
        p: p-value, adjusted for all pairs of runs.
    """

    earlier: int
    later: int
    tasks: int
    value: float
    interval: Interval
    p: float


def compare_checkpoints(
    runs: Sequence[Sequence[TaskResult]], settings: StatisticsSettings
) -> list[CheckpointPair]:
    """Compare every pair of runs on the tasks of which all runs have judged samples.

    Args:
        runs: for each run the results per task of one of its models.
        settings: settings of the intervals and the test.

    Returns:
        One entry for each pair; none if there are fewer than two runs or two common tasks.
    """
    by_id: list[Mapping[str, TaskResult]] = [
        {result.task_id: result for result in own if result.n} for own in runs
    ]
    common = set(by_id[0]).intersection(*by_id[1:]) if by_id else set()
    if len(common) < 2 or len(runs) < 2:
        return []
    first = by_id[0]
    design = make_design(
        [Task(name, "", "", "", cluster=first[name].cluster) for name in sorted(common)]
    )
    names = [task.task_id for task in design.tasks]
    scores = np.array([[own[name].c / own[name].n for name in names] for own in by_id])
    pairs = list(combinations(range(len(runs)), 2))
    values = np.stack([scores[b] - scores[a] for a, b in pairs])
    adjusted = max_t(design, values, settings)
    return [
        CheckpointPair(
            a,
            b,
            len(names),
            float(own.mean()),
            difference_interval(design, own, float(own.mean()), settings.confidence),
            p,
        )
        for (a, b), own, p in zip(pairs, values, adjusted, strict=True)
    ]


def max_t(design: Design, values: Floats, settings: StatisticsSettings) -> list[float]:
    """Compute adjusted two-sided p-values by the max-T method (Westfall and Young 1993).

    Each random flip of the clusters' signs is applied to all rows, so that the largest statistic of
    a flip reflects how the rows depend on each other. ``p`` is the share of flips whose largest
    statistic is at least the row's own; the observed signs count as one flip. The statistic is the
    summed difference over the root of the summed squares; flips do not change the latter.

    Args:
        design: the tasks and their clusters.
        values: differences for each pair and task, shape ``(M, T)``.
        settings: the seed.

    Returns:
        One p-value for each row.
    """
    sums = design.cluster_sums(values)
    scale = np.sqrt((sums**2).sum(axis=1))
    scale[scale == 0.0] = 1.0
    standard = sums / scale[:, None]
    seen = np.abs(standard.sum(axis=1)).round(TIE_DECIMALS)
    rng = np.random.default_rng(settings.seed)
    beaten = np.ones(len(sums))
    for _ in range(FLIPS // BATCH):
        signs = rng.choice((-1.0, 1.0), size=(BATCH, sums.shape[1]))
        largest = np.abs(signs @ standard.T).round(TIE_DECIMALS).max(axis=1)
        beaten += (largest[:, None] >= seen).sum(axis=0)
    return [float(p) for p in beaten / (FLIPS + 1)]
