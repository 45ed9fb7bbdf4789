"""Many checkpoints: one correction that uses the correlation between them."""

from __future__ import annotations

import numpy as np

from evalpkg.statistics import StatisticsSettings
from evalpkg.statistics.checkpoints import max_t
from evalpkg.statistics.design import make_design
from evalpkg.statistics.multiplicity import holm
from evalpkg.statistics.paired import sign_flip_p
from tests.unit.statistics.statistics_runs import single_tasks

SETTINGS = StatisticsSettings(permutations=20_000)


def test_one_pair_alone_needs_no_correction() -> None:
    values = np.random.default_rng(4).normal(0.1, 0.3, (1, 30)).clip(-1, 1)
    design = make_design(single_tasks(30))
    alone = sign_flip_p(design, values, SETTINGS)[0]
    assert abs(max_t(design, values, SETTINGS)[0] - alone) < 0.01


def test_rows_that_say_the_same_cost_nothing_and_holm_loses_to_it() -> None:
    one = np.random.default_rng(5).normal(0.1, 0.25, 30).clip(-1, 1)
    values = np.stack([one, one, one, -one])
    design = make_design(single_tasks(30))
    together = max_t(design, values, SETTINGS)
    alone = sign_flip_p(design, values, SETTINGS)
    assert all(abs(p - alone[0]) < 0.01 for p in together)
    assert all(p <= q + 0.01 for p, q in zip(together, holm(alone), strict=True))


def test_no_difference_at_all_gives_p_of_one() -> None:
    design = make_design(single_tasks(12))
    assert max_t(design, np.zeros((2, 12)), SETTINGS) == [1.0, 1.0]


def test_the_family_rarely_finds_anything_where_there_is_nothing() -> None:
    """Five equal checkpoints, 60 times: at most about one in twenty finds a pair."""
    rng, design = np.random.default_rng(6), make_design(single_tasks(40))
    found = 0
    for _ in range(60):
        scores = rng.binomial(10, 0.5, (5, 40)) / 10
        values = np.stack([scores[b] - scores[a] for a in range(5) for b in range(a + 1, 5)])
        found += min(max_t(design, values, SETTINGS)) < 0.05
    assert found <= 8
