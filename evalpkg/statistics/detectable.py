"""Compute what a run could detect, what it rules out, and what more samples would change."""

from __future__ import annotations

from math import sqrt

from evalpkg.statistics.attainable import attainable_level
from evalpkg.statistics.design import Design, Floats
from evalpkg.statistics.intervals import difference_interval, t_quantile
from evalpkg.statistics.metrics import SamplingNoise
from evalpkg.statistics.scores import TaskScores
from evalpkg.statistics.statistics_settings import StatisticsSettings

FEWER, MORE = 5, 4
"""The other number of samples to show: a fifth if sampling hardly matters, else four times."""
SMALL_SHARE = 0.3
"""Up to this share of the squared error, sampling hardly matters."""


def undeclarable(design: Design, settings: StatisticsSettings) -> bool:
    """Tell whether there are too few distinct problems to declare any difference."""
    return attainable_level(len(design.sizes), settings.alpha) == 0.0


def minimum_detectable(
    design: Design, error: float | None, step: float, settings: StatisticsSettings
) -> float | None:
    """Return the smallest true difference that is detected with the settings' power.

    It is ``(t_(1-a/2) + t_power) * error`` with ``C - 1`` degrees of freedom, where ``a`` is the
    largest level up to alpha that the sign-flip test can reach. It is never below the smallest
    difference that can be declared: a change by ``step`` in the fewest problems that suffice.

    Args:
        design: the tasks.
        error: standard error of the difference.
        step: the smallest change of a task's score.
        settings: level and power.

    Returns:
        None if the error is unknown, if it is zero because no score varies, or if no difference
        could be declared.
    """
    return detectable_with(len(design.sizes), len(design.tasks), error, step, settings)


def detectable_with(
    clusters: int, tasks: int, error: float | None, step: float, settings: StatisticsSettings
) -> float | None:
    """Return the same as ``minimum_detectable``, from the number of clusters and tasks alone."""
    level = attainable_level(clusters, settings.alpha)
    if not error or not level:
        return None
    freedom = clusters - 1
    theory = error * (t_quantile(1.0 - level / 2.0, freedom) + t_quantile(settings.power, freedom))
    needed = next(m for m in range(1, clusters + 1) if attainable_level(m, settings.alpha))
    smallest = needed * step / tasks
    return min(1.0, max(theory, smallest))


def lower_bound(
    design: Design, values: Floats, value: float, settings: StatisticsSettings
) -> float:
    """Return the one-sided lower bound of the mean of ``values`` at the settings' confidence."""
    both_sides = 2.0 * settings.confidence - 1.0  # its lower end has the one-sided level
    return difference_interval(design, values, value, both_sides).low


def sampling_noise(
    design: Design,
    base: TaskScores,
    finetuned: TaskScores,
    error: float | None,
    samples: int,
    settings: StatisticsSettings,
) -> SamplingNoise | None:
    """Return the share of the squared error that comes from drawing samples, and interval widths.

    The clustered standard error includes both sources: tasks and samples. Given the tasks, the two
    models' samples are independent, so the variances of their task scores add. Those variances are
    inversely proportional to the number of samples.

    Args:
        design: the tasks.
        base: pass@1 of the base model.
        finetuned: pass@1 of the fine-tuned model.
        error: standard error of the difference.
        samples: samples per task of each model; 0 if the scores are not pass@1.
        settings: confidence of the interval.

    Returns:
        None if the scores are not pass@1, or if the variances or the error are unknown or zero.
    """
    if base.variance is None or finetuned.variance is None or not error or not samples:
        return None
    drawn = float(base.variance.sum() + finetuned.variance.sum()) / base.values.size**2
    share = min(1.0, drawn / error**2)
    other = max(1, samples // FEWER) if share <= SMALL_SHARE else samples * MORE
    width = 2.0 * error * t_quantile(0.5 + settings.confidence / 2.0, len(design.sizes) - 1)

    def with_share(left: float) -> float:
        return width * sqrt(1.0 - share + share * left)

    return SamplingNoise(
        share=share,
        samples=samples,
        width=width,
        other_samples=other,
        other_width=with_share(samples / other),
        endless_width=with_share(0.0),
    )
