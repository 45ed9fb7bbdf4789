"""What a run of another size could detect, worked out from one that was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from evalpkg.statistics.detectable import detectable_with
from evalpkg.statistics.statistics_settings import StatisticsSettings

SAMPLES = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Basis:
    """Facts about models and tasks from which a plan is computed.

    Attributes:
        tasks: of the run that was made.
        clusters: distinct problems among them.
        samples: per task and model in that run.
        error: standard error of the difference in pass@1.
        share: part of its square that comes from drawing samples.
        tokens: that both models together generate for one sample of one task each.
        tokens_per_second: measured; None where it is not known.
    """

    tasks: int
    clusters: int
    samples: int
    error: float
    share: float
    tokens: float
    tokens_per_second: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that could be made.

    Attributes:
        hours: of generation on the machine that was measured; None where nothing was.
        detectable: smallest true difference it would detect; None where it could declare none.
    """

    tasks: int
    samples: int
    hours: float | None
    detectable: float | None


def plan(basis: Basis, tasks: int, samples: int, settings: StatisticsSettings) -> Plan:
    """The run of ``tasks`` tasks like the known ones with ``samples`` samples of each model.

    The part of the squared error that comes from the choice of tasks shrinks with their number;
    the part that comes from drawing samples shrinks with the number of samples, too.
    """
    left = (1.0 - basis.share) + basis.share * basis.samples / samples
    error = basis.error * sqrt(left * basis.tasks / tasks)
    clusters = max(1, round(basis.clusters * tasks / basis.tasks))
    seconds = None
    if basis.tokens_per_second:
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
    """The design with the fewest samples in all that detects ``target``; None where none does."""
    fit = [
        made
        for count in tasks
        for samples in range(1, SAMPLES[-1] + 1)
        if (made := plan(basis, count, samples, settings)).detectable is not None
        and made.detectable <= target
    ]
    return min(fit, key=lambda made: (made.tasks * made.samples, -made.tasks), default=None)
