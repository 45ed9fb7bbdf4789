"""Measure the savings of ``--num-samples auto`` and the coverage of its intervals.

Runs are drawn round by round and stopped by the rule of ``evalpkg.pipeline.auto``; the same runs
with every sample are the comparison. Printed by ``python -m benchmarks.coverage --study auto``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from benchmarks.population import Floats, Population, cluster_index
from evalpkg.statistics.intervals import t_quantile

TASKS, CEILING, SHARE = 180, 100, 0.3
ROUNDS = (10, 20, 40, 80, 100)
POPULATIONS = (
    ("tasks change very differently, 5 points", Population(effect=0.05)),
    ("the same, no effect on average", Population(effect=0.0)),
    ("small even effect, 1 point", Population(effect=0.01, loss=0.005, concentration=60.0)),
    ("no effect anywhere", Population(effect=0.0, loss=0.0005, concentration=1000.0)),
    ("weak models, 1 point", Population(alpha=0.1, beta=3.0, effect=0.01)),
)


def _errors(values: Floats, clusters: Floats) -> Floats:
    """Compute clustered squared errors of the means of ``values``, shape ``(runs, tasks)``."""
    count = clusters.shape[1]
    sums = (values - values.mean(axis=1, keepdims=True)) @ clusters
    error: Floats = count / (count - 1) * (sums**2).sum(axis=1) / values.shape[1] ** 2
    return error


def simulate(population: Population, draws: int, seed: int) -> tuple[float, ...]:
    """Mean samples per task, width beside all samples, coverage of both, and false alarms.

    Returns:
        samples; width over the width with all samples; coverage stopped; coverage with all; share
        of runs in which a t test at one of the rounds, each at level 0.05, finds a difference.
    """
    rng = np.random.default_rng(seed)
    index = cluster_index(TASKS)
    member = np.eye(int(index.max()) + 1)[index]
    quantile = t_quantile(0.975, member.shape[1] - 1)
    chances = [population.draw(rng, index) for _ in range(draws)]
    p, q = (np.stack([pair[i] for pair in chances]) for i in (0, 1))
    base, tuned = np.zeros(p.shape, dtype=np.int64), np.zeros(p.shape, dtype=np.int64)
    stopped = np.zeros(draws, dtype=bool)
    peeked = np.zeros(draws, dtype=bool)
    samples, value, half = np.zeros(draws), np.zeros(draws), np.zeros(draws)
    before = 0
    for n in ROUNDS:
        base += rng.binomial(n - before, p)
        tuned += rng.binomial(n - before, q)
        before = n
        differences = (tuned - base) / n
        error = _errors(differences, member)
        drawn = sum((c / n * (1 - c / n) / (n - 1)).sum(axis=1) for c in (base, tuned)) / TASKS**2
        mean, width = differences.mean(axis=1), quantile * np.sqrt(error)
        peeked |= np.abs(mean) > width
        now = ~stopped & ((drawn <= SHARE * error) | (n == ROUNDS[-1]))
        samples[now], value[now], half[now] = n, mean[now], width[now]
        stopped |= now
    covered = np.abs(value - population.effect) <= half
    whole = np.abs(mean - population.effect) <= width
    return (
        float(samples.mean()),
        float((half / width).mean()),
        float(covered.mean()),
        float(whole.mean()),
        float(peeked.mean()),
    )


def table(draws: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table, as they are computed."""
    yield (
        "| population | samples per task | saved | width, of that with 100 | coverage, stopped "
        "| coverage, 100 samples | significant at some round |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name, population in POPULATIONS:
        n, width, stopped, whole, peeked = simulate(population, draws, seed)
        yield (
            f"| {name} | {n:.0f} | {100 * (1 - n / CEILING):.0f} % | {width:.2f} "
            f"| {100 * stopped:.1f} % | {100 * whole:.1f} % | {100 * peeked:.1f} % |"
        )
    yield f"\nStandard error of a 95 % entry: {100 * sqrt(0.95 * 0.05 / draws):.1f} points."
