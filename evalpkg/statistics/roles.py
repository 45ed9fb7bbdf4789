"""Compute the metrics of one model in one mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evalpkg.models import UNJUDGED, Mode, Row, VerdictKind
from evalpkg.statistics.answers import extraction_rules, token_lengths
from evalpkg.statistics.counts import Counts
from evalpkg.statistics.design import Design
from evalpkg.statistics.estimate import estimates
from evalpkg.statistics.metrics import (
    Answers,
    ErrorCode,
    Estimate,
    PassAtK,
    PolicyVeto,
    RoleMetrics,
    RuleVeto,
    TaskResult,
    VerdictShare,
)
from evalpkg.statistics.scores import RATES, rate_scores, score
from evalpkg.statistics.statistics_settings import StatisticsSettings

JUDGED_KINDS = tuple(kind for kind in VerdictKind if kind not in UNJUDGED)


def role_metrics(
    design: Design,
    counts: Counts,
    rows: Sequence[Row],
    mode: Mode,
    k_values: Sequence[int],
    settings: StatisticsSettings,
) -> RoleMetrics:
    """Compute the metrics of the model to which ``counts`` and ``rows`` belong."""
    wanted = [score(counts, counts.passed, k) for k in k_values]
    wanted += rate_scores(counts)
    wanted += [score(counts, counts.kinds[kind]) for kind in JUDGED_KINDS]
    found = estimates(design, wanted, settings)
    passes, rest = found[: len(k_values)], found[len(k_values) :]
    (compiled, main_free, by_length, empty, distinct), shares = (
        rest[: len(RATES)],
        rest[len(RATES) :],
    )
    asked = int(counts.wanted.sum())
    return RoleMetrics(
        role=counts.role,
        samples_per_task=counts.asked,
        asked=asked,
        judged=int(counts.judged.sum()),
        infra_errors=counts.infra_errors,
        task_faults=counts.task_faults,
        absent=asked - int(counts.present.sum()),
        pass_at_k=tuple(PassAtK(**dict(e), k=k) for k, e in zip(k_values, passes, strict=True)),
        compile_rate=compiled,
        main_free_rate=main_free,
        verdicts=_verdicts(counts, shares, asked),
        error_codes=_error_codes(rows),
        per_task=_per_task(design, counts),
        answers=Answers(
            ended_by_length=by_length,
            empty=empty,
            distinct_programs=distinct,
            tokens=token_lengths(rows),
            extraction_rules=extraction_rules(rows),
        ),
        policy=policy_veto(rows) if mode is Mode.POLICY else None,
    )


def _verdicts(counts: Counts, shares: Sequence[Estimate], asked: int) -> tuple[VerdictShare, ...]:
    judged = [
        VerdictShare(kind=kind, count=int(counts.kinds[kind].sum()), share=share)
        for kind, share in zip(JUDGED_KINDS, shares, strict=True)
    ]
    rest = {
        VerdictKind.INFRA_ERROR: counts.infra_errors,
        VerdictKind.TASK_FAULT: counts.task_faults,
    }
    unjudged = (
        VerdictShare(kind=kind, count=count, share=Estimate(value=count / asked))
        for kind, count in rest.items()
    )
    return (*judged, *unjudged)


def _error_codes(rows: Sequence[Row]) -> tuple[ErrorCode, ...]:
    codes = Counter(row.error_code for row in rows if row.verdict is VerdictKind.COMPILE_ERROR)
    ordered = sorted(codes.items(), key=lambda item: (-item[1], item[0] or ""))
    return tuple(ErrorCode(code=code or None, count=count) for code, count in ordered)


def _per_task(design: Design, counts: Counts) -> tuple[TaskResult, ...]:
    results = (
        TaskResult(
            task_id=task.task_id,
            cluster=task.cluster,
            category=task.category,
            n=int(counts.judged[i]),
            c=int(counts.passed[i]),
            compiled=int(counts.compiled[i]),
        )
        for i, task in enumerate(design.tasks)
    )
    return tuple(sorted(results, key=lambda result: result.task_id))


def policy_veto(rows: Sequence[Row]) -> PolicyVeto:
    """Count the samples that the policy rejected, and those among them that passed every test."""
    judged = [row for row in rows if row.verdict not in UNJUDGED]
    correct = [row for row in judged if row.verdict is VerdictKind.PASSED]
    vetoed_correct = sum(bool(row.policy_violations) for row in correct)
    every = Counter(rule for row in judged for rule in set(row.policy_violations))
    right = Counter(rule for row in correct for rule in set(row.policy_violations))
    ordered = sorted(every, key=lambda rule: (-right[rule], -every[rule], rule))
    return PolicyVeto(
        correct=len(correct),
        vetoed_correct=vetoed_correct,
        vetoed_share=vetoed_correct / len(correct) if correct else None,
        vetoed=sum(bool(row.policy_violations) for row in judged),
        rules=tuple(RuleVeto(rule=r, samples=every[r], correct=right[r]) for r in ordered),
    )
