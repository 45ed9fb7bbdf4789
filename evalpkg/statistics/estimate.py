"""Estimate means over one model's tasks, with both kinds of uncertainty and missing samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evalpkg.statistics.design import Design
from evalpkg.statistics.intervals import bca, clustered_error, share_interval, wilson
from evalpkg.statistics.metrics import Bounds, Estimate, Interval
from evalpkg.statistics.scores import Scores, TaskScores
from evalpkg.statistics.statistics_settings import StatisticsSettings


def estimates(
    design: Design, metrics: Sequence[Scores], settings: StatisticsSettings
) -> list[Estimate]:
    """Return one estimate for each metric; all metrics share one set of bootstrap draws."""
    values = [scores.known.values for scores in metrics if scores.known is not None]
    intervals = iter(bca(design, np.stack(values), settings) if values else ())
    made = []
    for scores in metrics:
        if scores.known is None:
            estimate = Estimate(value=None, reason=scores.reason)
        else:
            estimate = _known(design, scores.known, next(intervals), settings)
        told = {"missing": scores.missing, "bounds": _bounds(scores)}
        made.append(estimate.model_copy(update=told))
    return made


def _known(
    design: Design,
    known: TaskScores,
    bootstrapped: Interval | None,
    settings: StatisticsSettings,
) -> Estimate:
    return Estimate(
        value=known.mean,
        standard_error=clustered_error(design, known.values),
        new_tasks=share_interval(design, known.values, settings.confidence),
        bootstrap=bootstrapped,
        same_tasks=rerun_interval(known, settings.confidence),
    )


def rerun_interval(known: TaskScores, confidence: float) -> Interval | None:
    """Return an interval of the mean on these same tasks: only the noise within tasks counts.

    It is Wilson's interval with the number of trials that gives the estimated variance; if that
    variance is zero, with one trial per ``k`` samples. None if a task has only one sample.
    """
    if known.variance is None:
        return None
    variance = float(known.variance.sum()) / known.variance.size**2
    spread = known.mean * (1.0 - known.mean)
    trials = spread / variance if spread > 0.0 and variance > 0.0 else known.draws
    return wilson(known.mean, trials, confidence)


def _bounds(scores: Scores) -> Bounds | None:
    if not scores.missing or scores.extremes is None:
        return None
    return Bounds(low=scores.extremes[0], high=scores.extremes[1])
