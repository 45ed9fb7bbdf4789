"""Describe the completions: their length in tokens, and the rules that found programs in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from evalpkg.models import UNJUDGED, Role, Row
from evalpkg.statistics.design import Design, Floats
from evalpkg.statistics.intervals import clustered_error, t_interval
from evalpkg.statistics.metrics import RuleCount, TokenDifference, Tokens

NOT_COUNTED = "the source of the samples does not say how many tokens they have"


def _judged(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.verdict not in UNJUDGED]


def token_lengths(rows: Sequence[Row]) -> Tokens:
    """Summarize the lengths of one model's judged completions; nulls if all lengths are 0."""
    lengths = [row.completion_tokens for row in _judged(rows)]
    if not any(lengths):
        return Tokens(mean=None, median=None, longest=None)
    return Tokens(
        mean=sum(lengths) / len(lengths), median=float(median(lengths)), longest=max(lengths)
    )


def extraction_rules(rows: Sequence[Row]) -> tuple[RuleCount, ...]:
    """Count how often each extraction rule found the program, the most frequent rule first."""
    counts = Counter(row.extraction_rule for row in _judged(rows))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(RuleCount(rule=rule, count=count) for rule, count in ordered)


def token_difference(
    design: Design, rows: Mapping[Role, Sequence[Row]], confidence: float
) -> TokenDifference:
    """Compare the models' mean tokens per completion, task by task: fine-tuned minus base.

    Args:
        design: the tasks.
        rows: the rows of each model.
        confidence: nominal coverage of the interval.
    """
    means = {role: _task_means(design, own) for role, own in rows.items()}
    base, finetuned = means.get(Role.BASE), means.get(Role.FINETUNED)
    if base is None or finetuned is None:
        return TokenDifference(value=None, reason=NOT_COUNTED)
    values = finetuned - base
    value = float(values.mean())
    error = clustered_error(design, values)
    interval = t_interval(value, error, len(design.sizes), confidence, limit=float("inf"))
    return TokenDifference(value=value, new_tasks=interval)


def _task_means(design: Design, rows: Sequence[Row]) -> Floats | None:
    """Return the mean tokens per completion of each task, shape ``(T,)``.

    None if a task has no judged sample, or if the source did not count tokens.
    """
    position = {task.task_id: i for i, task in enumerate(design.tasks)}
    total = np.zeros(len(position))
    count = np.zeros(len(position))
    for row in _judged(rows):
        total[position[row.task_id]] += row.completion_tokens
        count[position[row.task_id]] += 1
    if not total.any() or not count.all():
        return None
    means: Floats = total / count
    return means
