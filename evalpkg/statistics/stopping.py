"""The rule of ``--num-samples auto``: when more samples would hardly narrow the interval.

It looks at the *width* of the interval, never at the difference or its p-value. Stopping as soon as
a difference is significant would find one far too often.
"""

from __future__ import annotations

from collections.abc import Iterator

from evalpkg.statistics.metrics import Difference, Metrics

FIRST_ROUND = 10


def rounds(ceiling: int) -> Iterator[int]:
    """Yield the samples per task after each round: 10, 20, 40, ... and the ceiling.

    >>> list(rounds(100)), list(rounds(7))
    ([10, 20, 40, 80, 100], [7])
    """
    samples = FIRST_ROUND
    while samples < ceiling:
        yield samples
        samples *= 2
    yield ceiling


def enough(metrics: Metrics, share: float, precision: float | None) -> str:
    """Return why no further round is needed; empty if one is.

    Args:
        metrics: results of the first mode; the difference in pass@1 decides.
        share: largest share of the squared error that drawing samples may make.
        precision: half the width of the interval, in points, that is narrow enough.
    """
    compared = metrics.comparison.pass_at_k if metrics.comparison else ()
    difference = next((difference for difference in compared if difference.k == 1), None)
    if difference is None:
        return ""
    if _nothing_varies(metrics, difference):
        return (
            "all samples of a task have one outcome, and all tasks differ alike; only more"
            " tasks would narrow the interval"
        )
    noise = difference.noise
    if noise is None:
        return ""
    if noise.share <= share:
        return (
            f"drawing samples makes {noise.share:.0%} of the squared error, at most"
            f" {share:.0%} were asked for"
        )
    half = 100.0 * noise.width / 2.0
    if precision is not None and half <= precision:
        asked = f"{precision:g} were asked for"
        return f"the interval is plus or minus {half:.1f} points, {asked}"
    return ""


def _nothing_varies(metrics: Metrics, difference: Difference) -> bool:
    """Tell whether neither tasks nor samples vary, at ten samples of a task or more.

    The interval then depends on the number of distinct problems only. Were a task's outcomes mixed,
    its next samples could still change the difference.
    """
    interval = difference.new_tasks
    if interval is None or interval.method != "gain-loss":
        return False
    tasks = [task for own in metrics.roles.values() for task in own.per_task]
    return all(task.n >= FIRST_ROUND and task.c in (0, task.n) for task in tasks)
