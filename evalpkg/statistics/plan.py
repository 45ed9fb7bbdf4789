"""Predict from a finished run what a run of another size could detect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from evalpkg.statistics.detectable import detectable_with
from evalpkg.statistics.statistics_settings import StatisticsSettings

SAMPLES = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Basis:
    """Facts about a finished run from which a plan is computed.

    Attributes:
        tasks: number of tasks.
        clusters: number of distinct problems among them.
        samples: samples per task of each model.
        error: standard error of the difference in pass@1.
        share: the part of its square that comes from drawing samples, between 0 and 1.
        tokens: tokens that both models together generate for one sample each of one task; None if
            the run does not know them, as with replayed samples.
        tokens_per_second: the measured speed of generation; None if it is not known.
    """

    tasks: int
    clusters: int
    samples: int
    error: float
    share: float
    tokens: float | None
    tokens_per_second: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that could be made.

    Attributes:
        tasks: number of tasks.
        samples: samples per task of each model.
        hours: hours of generation on the measured machine; None if speed or tokens are not known.
        detectable: the smallest true difference that it would detect; None if it has too few
            problems to declare any difference.
    """

    tasks: int
    samples: int
    hours: float | None
    detectable: float | None


def plan(basis: Basis, tasks: int, samples: int, settings: StatisticsSettings) -> Plan:
    """Predict a run of ``tasks`` tasks like the known ones with ``samples`` samples of each model.

    The part of the squared error that comes from the choice of tasks shrinks with the number of
    tasks. The part that comes from drawing samples shrinks with the number of samples, too.
    """
    left = (1.0 - basis.share) + basis.share * basis.samples / samples
    error = basis.error * sqrt(left * basis.tasks / tasks)
    clusters = max(1, round(basis.clusters * tasks / basis.tasks))
    seconds = None
    if basis.tokens_per_second and basis.tokens:
        seconds = tasks * samples * basis.tokens / basis.tokens_per_second
    return Plan(
        tasks,
        samples,
        None if seconds is None else seconds / 3600.0,
        detectable_with(clusters, tasks, error, 1.0 / samples, settings),
    )


def cheapest(
    basis: Basis, tasks: Sequence[int], target: float, settings: StatisticsSettings
) -> Plan | None:
    """Return the plan with the fewest samples in all that detects ``target``; None if none does.

    Args:
        basis: the finished run.
        tasks: the numbers of tasks to consider.
        target: a true difference, as a fraction of one.
        settings: level and power.
    """
    fit = [
        made
        for count in tasks
        for samples in range(1, SAMPLES[-1] + 1)
        if (made := plan(basis, count, samples, settings)).detectable is not None
        and made.detectable <= target
    ]
    return min(fit, key=lambda made: (made.tasks * made.samples, -made.tasks), default=None)
