"""Compare two models task by task: both answered the same tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from evalpkg.statistics.design import Design, Floats
from evalpkg.statistics.detectable import (
    lower_bound,
    minimum_detectable,
    sampling_noise,
    undeclarable,
)
from evalpkg.statistics.estimate import rerun_interval
from evalpkg.statistics.intervals import (
    NEGLIGIBLE,
    TIE_DECIMALS,
    bca,
    clustered_error,
    difference_interval,
)
from evalpkg.statistics.metrics import Bounds, Difference, Interval
from evalpkg.statistics.scores import Scores, TaskScores
from evalpkg.statistics.sentences import Phrase, sentence
from evalpkg.statistics.statistics_settings import StatisticsSettings

BATCH = 500
"""Sign flips drawn at a time; part of the random stream, so not a setting."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric of both models, and the words for it."""

    phrase: Phrase
    base: Scores
    finetuned: Scores
    samples: int = 0
    """Samples per task of each model if the scores are pass@1; else 0."""

    @property
    def differences(self) -> Floats | None:
        """Fine-tuned minus base for each task, shape ``(T,)``; None if a model has no scores."""
        if self.base.known is None or self.finetuned.known is None:
            return None
        return self.finetuned.known.values - self.base.known.values


def compare(
    design: Design, pairs: Sequence[Pair], settings: StatisticsSettings
) -> list[Difference]:
    """Return one difference for each pair; all pairs share one set of random draws."""
    values = [pair.differences for pair in pairs if pair.differences is not None]
    intervals = iter(bca(design, np.stack(values), settings) if values else ())
    p_values = iter(sign_flip_p(design, np.stack(values), settings) if values else ())
    made = []
    for pair in pairs:
        base, finetuned = pair.base.known, pair.finetuned.known
        if base is None or finetuned is None:
            found = Difference(value=None, reason=_reason(pair), sentence="")
        else:
            found = _known(design, pair, next(intervals), next(p_values), settings)
        found = found.model_copy(update={"bounds": _bounds(pair)})
        said = sentence(pair.phrase, found, base.mean if base else None, settings)
        made.append(found.model_copy(update={"sentence": said}))
    return made


def _known(
    design: Design,
    pair: Pair,
    bootstrapped: Interval | None,
    p_value: float,
    settings: StatisticsSettings,
) -> Difference:
    base, finetuned, values = pair.base.known, pair.finetuned.known, pair.differences
    assert base is not None and finetuned is not None and values is not None  # noqa: S101, PT018
    value, error = finetuned.mean - base.mean, clustered_error(design, values)
    interval = difference_interval(design, values, value, settings.confidence)
    won, lost = int((values > 0.0).sum()), int((values < 0.0).sum())
    bound = lower_bound(design, values, value, settings)
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    single = base.draws == finetuned.draws == values.size
    return Difference(
        value=value,
        standard_error=error,
        new_tasks=interval,
        bootstrap=bootstrapped,
        same_tasks=rerun_difference(base, finetuned, settings.confidence),
        p_value=p_value,
        p_exact=enumerable(design, settings),
        mcnemar_p=exact_mcnemar(won, lost) if single else None,
        won=won,
        lost=lost,
        tied=values.size - won - lost,
        effect_size=value / spread if spread > NEGLIGIBLE else None,
        minimum_detectable=minimum_detectable(
            design, error, min(base.step, finetuned.step), settings
        ),
        undeclarable=undeclarable(design, settings),
        at_least=bound,
        no_worse=None if settings.margin is None else bound > -settings.margin,
        noise=sampling_noise(design, base, finetuned, error, pair.samples, settings),
        distinguishable=p_value < settings.alpha and not interval.low <= 0.0 <= interval.high,
        sentence="",
    )


def enumerable(design: Design, settings: StatisticsSettings) -> bool:
    """Tell whether the permutation test tries all sign flips instead of random ones."""
    clusters = len(design.sizes)
    return clusters < 2 or 2**clusters <= settings.permutations


def sign_flip_p(design: Design, values: Floats, settings: StatisticsSettings) -> list[float]:
    """Compute two-sided p-values with a sign-flip permutation test over clusters.

    Under the null hypothesis the two models may be swapped in any cluster. A swap flips the sign of
    the cluster's summed difference. With few clusters all flips are tried. Otherwise flips are
    drawn at random from the seed, and the observed signs count as one of them, so that p is never
    zero.

    Args:
        design: the tasks and their clusters.
        values: differences for each metric and task, shape ``(M, T)``.
        settings: the seed and the number of flips.

    Returns:
        One p-value for each metric.
    """
    sums = design.cluster_sums(values)
    if sums.shape[-1] < 2:
        return [1.0] * len(sums)  # with one cluster both flips are equally extreme
    from scipy.stats import permutation_test

    tested = permutation_test(
        (sums,),
        _rounded_sum,
        permutation_type="samples",
        vectorized=True,
        n_resamples=settings.permutations,
        batch=BATCH,
        axis=-1,
        rng=np.random.default_rng(settings.seed),
    )
    return [float(p) for p in tested.pvalue]


def _rounded_sum(sums: Floats, axis: int) -> Floats:
    total: Floats = sums.sum(axis=axis)
    return total.round(TIE_DECIMALS)


def exact_mcnemar(won: int, lost: int) -> float:
    """Return p of the exact two-sided McNemar test (1947).

    The null hypothesis: on tasks where the models differ, either is equally likely to win.

    Args:
        won: tasks that only the fine-tuned model solved.
        lost: tasks that only the base model solved.
    """
    if won + lost == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(won, won + lost, 0.5).pvalue)


def rerun_difference(base: TaskScores, finetuned: TaskScores, confidence: float) -> Interval | None:
    """Return an interval of the difference on these same tasks; only sampling noise counts.

    Given the tasks, the two models' sampling noise is independent. So Newcombe's hybrid score
    interval (1998) combines the models' own intervals. Its width is positive even if no score
    varied. None if a model has one sample of some task.
    """
    theirs, ours = rerun_interval(base, confidence), rerun_interval(finetuned, confidence)
    if theirs is None or ours is None:
        return None
    b, f = base.mean, finetuned.mean
    low = f - b - sqrt((f - ours.low) ** 2 + (theirs.high - b) ** 2)
    high = f - b + sqrt((ours.high - f) ** 2 + (b - theirs.low) ** 2)
    return Interval(low=low, high=high, method="newcombe")


def _reason(pair: Pair) -> str:
    base, finetuned = pair.base.reason, pair.finetuned.reason
    if base == finetuned:
        return base
    named = (("base model", base), ("fine-tuned model", finetuned))
    return "; ".join(f"{who}: {why}" for who, why in named if why)


def _bounds(pair: Pair) -> Bounds | None:
    """Return the difference if all missing samples had favoured one model, then the other.

    None if no sample is missing.
    """
    base, finetuned = pair.base, pair.finetuned
    if base.extremes is None or finetuned.extremes is None:
        return None
    if not base.missing and not finetuned.missing:
        return None
    low = finetuned.extremes[0] - base.extremes[1]
    return Bounds(low=low, high=finetuned.extremes[1] - base.extremes[0])
