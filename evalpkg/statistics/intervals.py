"""Confidence intervals: the score interval, the cluster bootstrap, and what replaces it."""

from __future__ import annotations

import warnings
from functools import lru_cache
from math import sqrt

import numpy as np

from .design import Design, Floats
from .metrics import Interval
from .settings import StatisticsSettings

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


def t_interval(
    value: float, error: float | None, clusters: int, confidence: float
) -> Interval | None:
    """``value`` plus and minus ``t * error``, ``clusters - 1`` degrees of freedom, within [-1, 1].

    None where the error is unknown or, for want of any spread, estimated as zero.
    """
    if not error:
        return None
    from scipy.special import stdtrit

    half = float(stdtrit(clusters - 1, 0.5 + confidence / 2.0)) * error
    return Interval(low=max(-1.0, value - half), high=min(1.0, value + half), method="t")


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


def effective_trials(design: Design, values: Floats) -> float:
    """Number of independent yes-or-no trials that zero-one task scores are worth.

    The task count over the design effect, at most the number of clusters.
    """
    deviations = values - values.mean()
    between = float((design.cluster_sums(deviations) ** 2).sum())
    if between < NEGLIGIBLE:
        return design.trials
    return min(len(design.sizes), values.size * float((deviations**2).sum()) / between)


def share_interval(
    design: Design, values: Floats, bootstrapped: Interval | None, confidence: float
) -> Interval:
    """Interval on new tasks of a mean of scores in [0, 1].

    BCa in the ordinary case. Wilson where every score is 0 or 1 (a proportion of tasks), and, with
    each cluster as one trial, where there are few clusters or no spread: no score in [0, 1] spreads
    more than a yes-or-no one, so that this is never too sure.
    """
    mean = float(values.mean())
    if len(design.sizes) >= FEW_CLUSTERS and bool(np.isin(values, (0.0, 1.0)).all()):
        return wilson(mean, effective_trials(design, values), confidence)
    if bootstrapped is not None:
        return bootstrapped
    return wilson(mean, design.trials, confidence)


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
