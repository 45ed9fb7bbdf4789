"""Compare the two models in every metric, each under its name."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.models import Mode
from evalpkg.statistics.counts import Counts
from evalpkg.statistics.design import Design
from evalpkg.statistics.metrics import (
    Comparison,
    DifferenceAtK,
    DifferenceOfVerdict,
    TokenDifference,
)
from evalpkg.statistics.paired import Pair, compare
from evalpkg.statistics.roles import JUDGED_KINDS
from evalpkg.statistics.scores import RATES, rate_scores, score
from evalpkg.statistics.sentences import Phrase
from evalpkg.statistics.statistics_settings import StatisticsSettings


def pass_pairs(
    base: Counts, finetuned: Counts, k_values: Sequence[int], mode: Mode = Mode.NO_POLICY
) -> list[Pair]:
    """Return one pair for each pass@k; in policy mode its name says ``with policy``."""
    where = " with policy" if mode is Mode.POLICY else ""
    return [
        Pair(
            Phrase(f"pass@{k}{where}", solves=True),
            score(base, base.passed, k),
            score(finetuned, finetuned.passed, k),
            samples=base.asked if k == 1 and _equally_many(base, finetuned) else 0,
        )
        for k in k_values
    ]


def _equally_many(base: Counts, finetuned: Counts) -> bool:
    """Tell whether the same number of samples was asked for of every task and model."""
    return all(bool((own.wanted == base.asked).all()) for own in (base, finetuned))


def compare_roles(
    design: Design,
    base: Counts,
    finetuned: Counts,
    k_values: Sequence[int],
    mode: Mode,
    tokens: TokenDifference,
    settings: StatisticsSettings,
) -> Comparison:
    """Compare the models in every metric of the mode: fine-tuned minus base.

    Args:
        design: the tasks.
        base: counts of the base model.
        finetuned: counts of the fine-tuned model.
        k_values: the k of pass@k.
        mode: the mode, which the sentences name.
        tokens: the difference in length; it is no share and is computed elsewhere.
        settings: settings of the intervals and tests.
    """
    pairs = pass_pairs(base, finetuned, k_values, mode)
    pairs += [
        Pair(Phrase(name), own, other)
        for name, own, other in zip(RATES, rate_scores(base), rate_scores(finetuned), strict=True)
    ]
    pairs += [
        Pair(
            Phrase(f"share of {kind} verdicts"),
            score(base, base.kinds[kind]),
            score(finetuned, finetuned.kinds[kind]),
        )
        for kind in JUDGED_KINDS
    ]
    found = compare(design, pairs, settings)
    passes, rest = found[: len(k_values)], found[len(k_values) :]
    return Comparison(
        pass_at_k=tuple(
            DifferenceAtK(**dict(d), k=k) for k, d in zip(k_values, passes, strict=True)
        ),
        compile_rate=rest[0],
        main_free_rate=rest[1],
        ended_by_length=rest[2],
        empty=rest[3],
        distinct_programs=rest[4],
        completion_tokens=tokens,
        verdicts=tuple(
            DifferenceOfVerdict(**dict(d), kind=kind)
            for kind, d in zip(JUDGED_KINDS, rest[len(RATES) :], strict=True)
        ),
    )
