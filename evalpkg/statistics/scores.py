"""Score each task, with the score's sampling noise and the effect of missing samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum

import numpy as np

from evalpkg.statistics.counts import Counts
from evalpkg.statistics.design import Floats, Ints
from evalpkg.statistics.passk import pass_at_k, sampling_variance


@dataclass(frozen=True, slots=True)
class TaskScores:
    """The scores of all tasks.

    Attributes:
        values: scores in [0, 1], shape ``(T,)``.
        mean: mean over tasks, correctly rounded.
        variance: sampling variance of each value, shape ``(T,)``; None if a task has one sample.
        draws: number of disjoint groups of ``k`` samples, over all tasks.
        step: the smallest change of a task's value by one more correct sample.
    """

    values: Floats
    mean: float
    variance: Floats | None
    draws: float
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """One metric of one model.

    Attributes:
        known: the scores; None if some task has none.
        reason: why ``known`` is None; else empty.
        missing: number of samples without a verdict.
        extremes: the mean if all missing samples had failed, and if all had passed; None if fewer
            than ``k`` samples of some task were asked for.
    """

    known: TaskScores | None
    reason: str
    missing: int
    extremes: tuple[float, float] | None


def score(counts: Counts, hits: Ints, k: int = 1) -> Scores:
    """Score each task by pass@k, where ``hits`` counts its correct samples, shape ``(T,)``.

    With ``k = 1`` the score is the share of judged samples that are hits, as every rate needs.
    """
    judged = counts.judged
    missing = counts.wanted - judged
    reason = _why_undefined(counts, k)
    known = extremes = None
    asked = counts.wanted
    if asked.min() >= k:
        extremes = _mean(_map(asked, hits, k)), _mean(_map(asked, hits + missing, k))
    if not reason:
        raw = _map(judged, hits, k)
        variance = _variance(judged, hits, k)
        known = TaskScores(
            np.array(raw), _mean(raw), variance, float(judged.sum()) / k, _step(judged, k)
        )
    return Scores(known, reason, int(missing.sum()), extremes)


RATES = (
    "compile rate",
    "main-free rate",
    "share of answers cut at the token limit",
    "share of empty answers",
    "share of distinct programs",
)
"""Names of the rates: shares of the judged samples, apart from verdicts."""


def rate_scores(counts: Counts) -> list[Scores]:
    """Score each task by each of ``RATES``."""
    return [
        score(counts, counts.compiled),
        score(counts, counts.main_free),
        _cut_scores(counts),
        score(counts, counts.empty),
        score(counts, counts.distinct),
    ]


def _cut_scores(counts: Counts) -> Scores:
    """Score each task by its share of answers that were cut at the token limit.

    Files of samples often do not say how an answer ended. That is not the same as "not cut".
    """
    found = score(counts, counts.ended_by_length)
    unknown = int(counts.end_unknown.sum())
    if not unknown:
        return found
    answers = "1 answer" if unknown == 1 else f"{unknown:,} answers"
    reason = f"the source does not say how {answers} ended"
    return replace(found, known=None, reason=reason, extremes=None)


def _map(n: Ints, c: Ints, k: int) -> list[float]:
    return [pass_at_k(a, b, k) for a, b in zip(n.tolist(), c.tolist(), strict=True)]


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)  # correctly rounded, so that order cannot matter


def _variance(n: Ints, c: Ints, k: int) -> Floats | None:
    if n.min() < 2:
        return None
    pairs = zip(n.tolist(), c.tolist(), strict=True)
    return np.array([sampling_variance(a, b, k) for a, b in pairs])


def _step(n: Ints, k: int) -> float:
    """Return the smallest positive change of pass@k when one more sample is correct."""
    most = int(n.max())
    values = [pass_at_k(most, c, k) for c in range(most + 1)]
    return min(b - a for a, b in pairwise(values) if b > a)


def _why_undefined(counts: Counts, k: int) -> str:
    if counts.asked < k:
        samples = "1 sample was" if counts.asked == 1 else f"{counts.asked} samples were"
        return f"{samples} asked for per task; pass@{k} needs at least {k}"
    short = int((counts.judged < k).sum())
    if short:
        tasks = "1 task has" if short == 1 else f"{short} tasks have"
        noun = "sample" if k == 1 else "samples"
        return f"{tasks} fewer than {k} {noun} with a verdict ({counts.asked} were asked for)"
    return ""
