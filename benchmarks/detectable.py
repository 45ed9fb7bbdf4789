"""Measure how often runs detect a true effect of the size that they call detectable.

For each size the effect is found at which the mean of the runs' own "detectable difference" equals
it; then new runs with this effect are drawn, and those that declare a difference are counted.
Printed by ``python -m benchmarks.coverage --study detectable``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.population import Floats, Population, cluster_index
from evalpkg.models import Task
from evalpkg.statistics.design import Design, make_design
from evalpkg.statistics.detectable import minimum_detectable
from evalpkg.statistics.intervals import clustered_error, difference_interval
from evalpkg.statistics.paired import sign_flip_p
from evalpkg.statistics.statistics_settings import StatisticsSettings

SETTINGS = StatisticsSettings(resamples=1_000, permutations=5_000)
SIZES = ((5, 10), (6, 10), (8, 10), (12, 10), (20, 10), (50, 10), (20, 1), (180, 1))
"""Tasks, and samples of each."""
LARGEST = 0.5
"""Largest effect that the population allows."""
ROUNDS = 5


def design_of(tasks: int) -> Design:
    """Tasks clustered like the data set's."""
    clusters = cluster_index(tasks)
    return make_design(
        [Task(f"{i:04d}", "", "", "", cluster=f"{c:04d}") for i, c in enumerate(clusters)]
    )


def differences(
    rng: np.random.Generator, population: Population, tasks: int, samples: int, runs: int
) -> Floats:
    """Paired differences of ``runs`` runs, shape ``(runs, tasks)``."""
    clusters = cluster_index(tasks)
    rows = []
    for _ in range(runs):
        base, tuned = population.draw(rng, clusters)
        drawn = rng.binomial(samples, tuned) - rng.binomial(samples, base)
        rows.append(drawn / samples)
    return np.stack(rows)


def stated(design: Design, values: Floats, samples: int) -> float | None:
    """Compute the difference that one run calls detectable."""
    error = clustered_error(design, values)
    return minimum_detectable(design, error, 1.0 / samples, SETTINGS)


def declared(design: Design, values: Floats) -> float:
    """Compute the share of the runs that declare a difference."""
    said = 0
    for own, p in zip(values, sign_flip_p(design, values, SETTINGS), strict=True):
        interval = difference_interval(design, own, float(own.mean()), SETTINGS.confidence)
        said += p < SETTINGS.alpha and not interval.low <= 0.0 <= interval.high
    return said / len(values)


def table(draws: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table, as they are computed."""
    yield "| tasks (clusters) | n | true effect | stated, mean | declared |"
    yield "|---|---|---|---|---|"
    for tasks, samples in SIZES:
        rng, design, effect = np.random.default_rng(seed), design_of(tasks), 0.2
        mean: float | None = None
        for _ in range(ROUNDS):
            population = Population(effect=effect)
            found = [
                stated(design, own, samples)
                for own in differences(rng, population, tasks, samples, max(200, draws // 5))
            ]
            known = [value for value in found if value is not None]
            mean = float(np.mean(known)) if known else None
            effect = min(LARGEST, mean if mean is not None else LARGEST)
        values = differences(rng, Population(effect=effect), tasks, samples, draws)
        said = "none" if mean is None else f"{100 * mean:.1f} points"
        yield (
            f"| {tasks} ({len(design.sizes)}) | {samples} | {100 * effect:.1f} points | {said} "
            f"| {100 * declared(design, values):.1f} % |"
        )
