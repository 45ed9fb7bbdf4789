"""Measure the coverage of the intervals and the level of the test.

Draws whole runs from populations whose truth is known, computes intervals and tests with the
package's own code, and counts. Prints the table of ``docs/performance/coverage.md``::

    python -m benchmarks.coverage --draws 2000
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from time import perf_counter

import numpy as np

from benchmarks import auto, detectable
from benchmarks.population import Floats, Ints, Population, cluster_index
from evalpkg.models import Task
from evalpkg.statistics.design import Design, make_design
from evalpkg.statistics.detectable import minimum_detectable
from evalpkg.statistics.estimate import rerun_interval
from evalpkg.statistics.intervals import bca, clustered_error, difference_interval, share_interval
from evalpkg.statistics.metrics import Interval
from evalpkg.statistics.paired import rerun_difference, sign_flip_p
from evalpkg.statistics.passk import pass_at_k, sampling_variance
from evalpkg.statistics.scores import TaskScores
from evalpkg.statistics.statistics_settings import StatisticsSettings

SETTINGS = StatisticsSettings(resamples=2_000, permutations=5_000)
"""Fewer resamples than a report uses, for time: more noise in each interval, no bias."""
CHUNK = 50
"""Runs computed together, which bounds the memory of the bootstrap."""
WEAK = {"alpha": 0.1, "beta": 3.0}
"""A model that solves 3 % of the tasks."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table: ``draws`` runs of ``tasks`` tasks with ``samples`` samples each."""

    name: str
    tasks: int = 180
    samples: int = 100
    k: int = 1
    population: Population = field(default_factory=Population)
    same_model: bool = False


SCENARIOS = (
    Scenario("effect of 5 points"),
    Scenario("effect of 5 points", k=10),
    Scenario("effect of 5 points", k=100),
    Scenario("effect of 5 points, greedy", samples=1),
    Scenario("effect of 3.8 points", population=Population(effect=0.038)),
    Scenario("no effect on average", population=Population(effect=0.0)),
    Scenario("no effect on average, greedy", samples=1, population=Population(effect=0.0)),
    Scenario("the same model twice", same_model=True),
    Scenario("the same model twice, greedy", samples=1, same_model=True),
    Scenario("weak models, effect of 1 point", population=Population(**WEAK, effect=0.01)),
    Scenario("50 tasks, effect of 5 points", tasks=50, samples=10),
    Scenario("20 tasks, effect of 5 points", tasks=20, samples=10),
    Scenario("20 tasks, the same model twice", tasks=20, samples=10, same_model=True),
    Scenario("8 tasks, effect of 5 points", tasks=8, samples=4),
    Scenario(
        "8 tasks, weak models", tasks=8, samples=4, population=Population(**WEAK, effect=0.01)
    ),
)


@dataclass(slots=True)
class Tally:
    """Counts of true statements over all runs."""

    runs: int = 0
    score_new: int = 0
    score_bca: int = 0
    score_bcas: int = 0
    score_same: int = 0
    difference_new: int = 0
    difference_same: int = 0
    bootstrap: int = 0
    bootstraps: int = 0
    reruns: int = 0
    rejected: int = 0
    said: int = 0
    detectable: float = 0.0


def solved(chances: Floats, k: int) -> Floats:
    """Probability of at least one pass in ``k`` samples."""
    return 1.0 - (1.0 - chances) ** k


def truth(scenario: Scenario) -> tuple[float, float]:
    """Population mean of pass@k of the base model, and of the difference."""
    base, tuned = scenario.population.draw(np.random.default_rng(99), np.arange(2_000_000))
    mean = float(solved(base, scenario.k).mean())
    if scenario.same_model:
        return mean, 0.0
    if scenario.k == 1:
        return scenario.population.base_mean, scenario.population.effect
    return mean, float(solved(tuned, scenario.k).mean()) - mean


def task_scores(correct: Ints, scenario: Scenario) -> TaskScores:
    """Compute the scores of one model's run from ``correct`` passes per task."""
    n, k = scenario.samples, scenario.k
    values = np.array([pass_at_k(n, c, k) for c in range(n + 1)])[correct]
    variance = None
    if n > 1:
        variance = np.array([sampling_variance(n, c, k) for c in correct.tolist()])
    return TaskScores(values, float(values.mean()), variance, n * correct.size / k)


def simulate(scenario: Scenario, draws: int, seed: int) -> Tally:
    """Draw ``draws`` runs and count."""
    clusters = cluster_index(scenario.tasks)
    tasks = [
        Task(f"{i:04d}", "", "", "", cluster=f"{cluster:04d}") for i, cluster in enumerate(clusters)
    ]
    design, rng, tally = make_design(tasks), np.random.default_rng(seed), Tally()
    expected = truth(scenario)
    for start in range(0, draws, CHUNK):
        chances = [
            scenario.population.draw(rng, clusters) for _ in range(min(CHUNK, draws - start))
        ]
        if scenario.same_model:
            chances = [(base, base) for base, _ in chances]
        _count_chunk(tally, design, scenario, chances, expected, rng)
    return tally


def _count_chunk(
    tally: Tally,
    design: Design,
    scenario: Scenario,
    chances: Sequence[tuple[Floats, Floats]],
    expected: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    runs = [
        tuple(task_scores(rng.binomial(scenario.samples, p), scenario) for p in pair)
        for pair in chances
    ]
    scores = np.stack([base.values for base, _ in runs])
    differences = np.stack([tuned.values - base.values for base, tuned in runs])
    score_bca, difference_bca = bca(design, scores, SETTINGS), bca(design, differences, SETTINGS)
    p_values = sign_flip_p(design, differences, SETTINGS)
    for i, (base, tuned) in enumerate(runs):
        value = tuned.mean - base.mean
        new = difference_interval(design, differences[i], value, SETTINGS.confidence)
        score = share_interval(design, scores[i], SETTINGS.confidence)
        tally.score_bcas += score_bca[i] is not None
        tally.score_bca += _covers(score_bca[i], expected[0])
        tally.runs += 1
        tally.score_new += _covers(score, expected[0])
        tally.difference_new += _covers(new, expected[1])
        tally.rejected += p_values[i] < SETTINGS.alpha
        tally.said += p_values[i] < SETTINGS.alpha and not _covers(new, 0.0)
        tally.bootstraps += difference_bca[i] is not None
        tally.bootstrap += _covers(difference_bca[i], expected[1])
        true = [float(solved(p, scenario.k).mean()) for p in chances[i]]
        again = rerun_difference(base, tuned, SETTINGS.confidence)
        tally.reruns += again is not None
        tally.difference_same += _covers(again, true[1] - true[0])
        tally.score_same += _covers(rerun_interval(base, SETTINGS.confidence), true[0])
        error = clustered_error(design, differences[i])
        tally.detectable += (
            minimum_detectable(design, error, 1.0 / scenario.samples, SETTINGS) or 0.0
        )


def _covers(interval: Interval | None, value: float) -> bool:
    return interval is not None and interval.low <= value <= interval.high


def table(draws: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table, as they are computed."""
    yield (
        "| runs of | tasks (clusters) | n | k | score, new tasks | the same by bootstrap "
        "| score, same tasks "
        "| difference, new tasks | the same by bootstrap | difference, same tasks "
        "| p < 0.05 | said to differ | detectable |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    for scenario in SCENARIOS:
        t = simulate(scenario, draws, seed)
        clusters = int(cluster_index(scenario.tasks).max()) + 1
        yield (
            f"| {scenario.name} | {scenario.tasks} ({clusters}) | {scenario.samples} "
            f"| {scenario.k} | {_share(t.score_new, t.runs)} "
            f"| {_share(t.score_bca, t.score_bcas)} | {_share(t.score_same, t.reruns)} "
            f"| {_share(t.difference_new, t.runs)} | {_share(t.bootstrap, t.bootstraps)} "
            f"| {_share(t.difference_same, t.reruns)} | {_share(t.rejected, t.runs)} "
            f"| {_share(t.said, t.runs)} | {100.0 * t.detectable / t.runs:.1f} points |"
        )


def _share(count: int, of: int) -> str:
    return f"{100.0 * count / of:.1f} %" if of else "-"


STUDIES = {"intervals": table, "detectable": detectable.table, "auto": auto.table}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2_000, help="runs for each row of the table")
    parser.add_argument("--seed", type=int, default=20_240)
    parser.add_argument("--study", choices=STUDIES, default="intervals")
    chosen = parser.parse_args(arguments)
    started = perf_counter()
    for line in STUDIES[chosen.study](chosen.draws, chosen.seed):
        print(line, flush=True)
    noise = 100.0 * sqrt(0.95 * 0.05 / chosen.draws)
    print(f"\n{chosen.draws} runs a row; standard error of a 95 % entry: {noise:.1f} points;")
    print(f"{perf_counter() - started:.0f} s.")


if __name__ == "__main__":
    main()
