"""Confidence intervals: score intervals, t intervals, and the bootstrap over clusters."""

from __future__ import annotations

import warnings
from functools import lru_cache
from math import sqrt

import numpy as np

from evalpkg.statistics.design import Design, Floats
from evalpkg.statistics.metrics import Interval
from evalpkg.statistics.statistics_settings import StatisticsSettings

FEW_CLUSTERS = 10
"""With fewer clusters than this the bootstrap has too few distinct resamples to be trusted."""
TIE_DECIMALS = 11
"""Resampled statistics are rounded to so many decimals, so that values that are equal in exact
arithmetic are equal on every computer. The bootstrap's bias correction and the permutation test
count ties."""
NEGLIGIBLE = 1e-10
"""A spread below this is a rounding error of sums."""
BATCH = 500
"""Resamples drawn at a time. It affects the random stream, so it is no setting."""


@lru_cache(maxsize=64)
def normal_quantile(probability: float) -> float:
    """Return a quantile of the standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def wilson(share: float, trials: float, confidence: float) -> Interval:
    """Return the score interval of Wilson (1927) for a proportion.

    ``scipy.stats.binomtest`` has the same formula, but only for whole counts.

    Args:
        share: the observed proportion.
        trials: the (effective) number of trials; it need not be whole.
        confidence: nominal coverage.
    """
    z = normal_quantile(0.5 + confidence / 2.0)
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / scale
    half = z / scale * sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    low = 0.0 if share <= 0.0 else max(0.0, centre - half)
    high = 1.0 if share >= 1.0 else min(1.0, centre + half)
    return Interval(low=low, high=high, method="wilson")


def clustered_error(design: Design, values: Floats) -> float | None:
    """Return the clustered standard error of the mean of ``values``, shape ``(T,)`` (Miller 2024).

    It is ``sqrt(C/(C-1) * sum over clusters of (sum of deviations)^2) / T``. If every cluster has
    one task, that is ``sd / sqrt(T)``. None for one cluster; exactly zero if no value varies.
    """
    clusters = len(design.sizes)
    if clusters < 2:
        return None
    sums = design.cluster_sums(values) - design.sizes * values.mean()
    error = sqrt(clusters / (clusters - 1) * float((sums**2).sum())) / values.size
    return error if error > NEGLIGIBLE else 0.0


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: int) -> float:
    """Return a quantile of Student's t distribution with ``freedom`` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def t_interval(
    value: float, error: float | None, clusters: int, confidence: float, limit: float = 1.0
) -> Interval | None:
    """Return ``value`` plus and minus ``t * error``, with ``clusters - 1`` degrees of freedom.

    None if the error is unknown, or is zero because no value varies.

    Args:
        value: the estimate.
        error: its standard error.
        clusters: number of independent problems.
        confidence: nominal coverage.
        limit: the interval is cut at plus and minus this.
    """
    if not error:
        return None
    half = t_quantile(0.5 + confidence / 2.0, clusters - 1) * error
    return Interval(low=max(-limit, value - half), high=min(limit, value + half), method="t")


def bca(design: Design, values: Floats, settings: StatisticsSettings) -> list[Interval | None]:
    """Return seeded BCa bootstrap intervals (Efron 1987) of the means of ``values``.

    Whole clusters are resampled, the same ones for every metric.

    Args:
        design: the tasks and their clusters.
        values: scores for each metric and task, shape ``(M, T)``.
        settings: confidence, seed and number of resamples.

    Returns:
        One interval for each metric; None if there are too few clusters or all resamples agree.
    """
    if len(design.sizes) < FEW_CLUSTERS:
        return [None] * len(values)
    from scipy.stats import bootstrap

    sums = design.cluster_sums(values)
    sizes = np.broadcast_to(design.sizes.astype(np.float64), sums.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # degenerate metrics come back as NaN and are replaced
        found = bootstrap(
            (sums, sizes),
            _ratio,
            n_resamples=settings.resamples,
            batch=BATCH,
            vectorized=True,
            paired=True,
            axis=-1,
            confidence_level=settings.confidence,
            method="BCa",
            rng=np.random.default_rng(settings.seed),
        ).confidence_interval
    return [
        Interval(low=float(low), high=float(high), method="bca")
        if high - low > NEGLIGIBLE  # False for NaN as well
        else None
        for low, high in zip(found.low, found.high, strict=True)
    ]


def _ratio(sums: Floats, sizes: Floats, axis: int = -1) -> Floats:
    ratio: Floats = sums.sum(axis=axis) / sizes.sum(axis=axis)
    return ratio.round(TIE_DECIMALS)


def effective_trials(design: Design, values: Floats, confidence: float) -> float:
    """Return the effective number of independent yes-or-no trials for scores in [0, 1].

    The mean of so many trials, each with variance ``m (1 - m)``, has the clustered variance of the
    mean of ``values``. A variance estimated from few clusters is less certain. So, as in Korn and
    Graubard (1998) for surveys, the number is reduced by the squared ratio of the normal quantile
    to the t quantile. If no value varies, each cluster counts as one trial: no score in [0, 1] has
    a larger variance than a yes-or-no one with the same mean.

    Args:
        design: the tasks and their clusters.
        values: scores, shape ``(T,)``.
        confidence: nominal coverage of the interval that uses the number.
    """
    mean, error = float(values.mean()), clustered_error(design, values)
    if not error or not 0.0 < mean < 1.0:
        return design.trials
    if bool(np.isin(values, (0.0, 1.0)).all()):
        # The mean is a proportion of tasks; clusters can only reduce the number of trials.
        deviations = values - mean
        between = float((design.cluster_sums(deviations) ** 2).sum())
        return min(len(design.sizes), values.size * float((deviations**2).sum()) / between)
    upper = 0.5 + confidence / 2.0
    doubt = (normal_quantile(upper) / t_quantile(upper, len(design.sizes) - 1)) ** 2
    return mean * (1.0 - mean) / error**2 * doubt


def share_interval(design: Design, values: Floats, confidence: float) -> Interval:
    """Return an interval on new tasks for a mean of scores in [0, 1].

    It is Wilson's interval with the effective number of trials.
    """
    return wilson(float(values.mean()), effective_trials(design, values, confidence), confidence)


def difference_interval(
    design: Design, values: Floats, value: float, confidence: float
) -> Interval:
    """Return an interval on new tasks for the mean of paired differences in [-1, 1].

    It is a t interval with the clustered standard error. By measurement it keeps its coverage down
    to a handful of tasks, where the bootstrap does not (``docs/performance/coverage.md``). If no
    difference varies, the mean gain and the mean loss each get a Wilson interval with one trial per
    cluster, and their ends are subtracted.

    Args:
        design: the tasks and their clusters.
        values: the differences, shape ``(T,)``.
        value: their mean.
        confidence: nominal coverage.
    """
    error = clustered_error(design, values)
    interval = t_interval(value, error, len(design.sizes), confidence)
    if interval is not None:
        return interval
    gain = wilson(float(np.maximum(values, 0.0).mean()), design.trials, confidence)
    loss = wilson(float(np.maximum(-values, 0.0).mean()), design.trials, confidence)
    return Interval(low=gain.low - loss.high, high=gain.high - loss.low, method="gain-loss")
