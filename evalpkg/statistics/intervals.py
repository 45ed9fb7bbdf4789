"""Confidence intervals: the score interval, the cluster bootstrap, and what replaces it."""

from __future__ import annotations

import warnings
from functools import lru_cache
from math import sqrt

import numpy as np

from evalpkg.statistics.design import Design, Floats
from evalpkg.statistics.metrics import Interval
from evalpkg.statistics.statistics_settings import StatisticsSettings

FEW_CLUSTERS = 10
"""Below this the bootstrap has too few distinct resamples to be trusted."""
TIE_DECIMALS = 11
"""Resampled statistics are rounded to this, so that what ties in exact arithmetic is a tie on every
computer: both the bootstrap's bias correction and the permutation test count ties."""
NEGLIGIBLE = 1e-10
"""Spread below this is the rounding of sums, not information."""
BATCH = 500
"""Resamples drawn at a time; part of the random stream, so not a setting."""


@lru_cache(maxsize=64)
def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def wilson(share: float, trials: float, confidence: float) -> Interval:
    """Score interval of Wilson (1927) for a share of ``trials``, which need not be whole numbers.

    ``scipy.stats.binomtest`` has the same formula for whole counts only; effective trial numbers
    are not whole.
    """
    z = normal_quantile(0.5 + confidence / 2.0)
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / scale
    half = z / scale * sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    low = 0.0 if share <= 0.0 else max(0.0, centre - half)
    high = 1.0 if share >= 1.0 else min(1.0, centre + half)
    return Interval(low=low, high=high, method="wilson")


def clustered_error(design: Design, values: Floats) -> float | None:
    """Clustered standard error of the mean of ``values``, shape ``(T,)`` (Miller 2024).

    ``sqrt(C/(C-1) * sum over clusters of (sum of deviations)^2) / T``; None for one cluster.
    Without shared problems it is ``sd / sqrt(T)``. Exactly zero where nothing varies.
    """
    clusters = len(design.sizes)
    if clusters < 2:
        return None
    sums = design.cluster_sums(values) - design.sizes * values.mean()
    error = sqrt(clusters / (clusters - 1) * float((sums**2).sum())) / values.size
    return error if error > NEGLIGIBLE else 0.0


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t distribution with ``freedom`` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def t_interval(
    value: float, error: float | None, clusters: int, confidence: float, limit: float = 1.0
) -> Interval | None:
    """``value`` plus and minus ``t * error``, ``clusters - 1`` degrees of freedom.

    None where the error is unknown or, for want of any spread, estimated as zero.

    Args:
        value: the estimate.
        error: its standard error.
        clusters: independent problems behind it.
        confidence: coverage that the interval aims at.
        limit: the value cannot lie beyond plus or minus this.
    """
    if not error:
        return None
    half = t_quantile(0.5 + confidence / 2.0, clusters - 1) * error
    return Interval(low=max(-limit, value - half), high=min(limit, value + half), method="t")


def bca(design: Design, values: Floats, settings: StatisticsSettings) -> list[Interval | None]:
    """Seeded BCa bootstrap intervals (Efron 1987) of the means of ``values``, shape ``(M, T)``.

    Whole clusters are drawn; every metric sees the same draws. None where there are too few of
    them, or all resamples agree.
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
    """Number of independent yes-or-no trials that scores in [0, 1] are worth.

    A yes-or-no trial with mean ``m`` has variance ``m (1 - m)``: this many of them have the
    clustered variance of ``values``. A variance estimated from few clusters is trusted less, as
    Korn and Graubard (1998) do for surveys: the number shrinks by the squared ratio of the normal
    quantile to that of t. Where nothing varies each cluster is one trial, since no score in [0, 1]
    spreads more than a yes-or-no one.
    """
    mean, error = float(values.mean()), clustered_error(design, values)
    if not error or not 0.0 < mean < 1.0:
        return design.trials
    if bool(np.isin(values, (0.0, 1.0)).all()):
        # A proportion of tasks: Wilson's own trials, which clusters can only make fewer.
        deviations = values - mean
        between = float((design.cluster_sums(deviations) ** 2).sum())
        return min(len(design.sizes), values.size * float((deviations**2).sum()) / between)
    upper = 0.5 + confidence / 2.0
    doubt = (normal_quantile(upper) / t_quantile(upper, len(design.sizes) - 1)) ** 2
    return mean * (1.0 - mean) / error**2 * doubt


def share_interval(design: Design, values: Floats, confidence: float) -> Interval:
    """Interval on new tasks of a mean of scores in [0, 1]: Wilson's with the effective trials."""
    return wilson(float(values.mean()), effective_trials(design, values, confidence), confidence)


def difference_interval(
    design: Design, values: Floats, value: float, confidence: float
) -> Interval:
    """Interval on new tasks of ``value``, the mean of paired differences in [-1, 1].

    Normal theory with the clustered error: measured, it keeps its level down to a handful of
    tasks, where the bootstrap does not (``docs/performance/coverage.md``). Where nothing varies,
    the mean gain and the mean loss each get a Wilson interval with one trial per cluster, and
    their extremes are subtracted.
    """
    error = clustered_error(design, values)
    interval = t_interval(value, error, len(design.sizes), confidence)
    if interval is not None:
        return interval
    gain = wilson(float(np.maximum(values, 0.0).mean()), design.trials, confidence)
    loss = wilson(float(np.maximum(-values, 0.0).mean()), design.trials, confidence)
    return Interval(low=gain.low - loss.high, high=gain.high - loss.low, method="gain-loss")
