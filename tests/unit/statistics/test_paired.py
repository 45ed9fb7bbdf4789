"""The paired tests against scipy and statsmodels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import t

from evalpkg.models import Mode, Role
from evalpkg.statistics import StatisticsSettings, compute_metrics
from evalpkg.statistics.design import make_design
from evalpkg.statistics.paired import sign_flip_p
from tests.unit.statistics.statistics_runs import (
    FAST,
    make_rows,
    make_tasks,
    metrics_of,
    single_tasks,
)

BASE = [0, 3, 5, 1, 0, 7, 2, 4]
TUNED = [1, 3, 8, 2, 0, 6, 5, 9]


def test_with_few_clusters_every_sign_flip_is_tried():
    difference = metrics_of(single_tasks(8), 10, BASE, TUNED).comparison.pass_at_k[0]
    d = np.array(TUNED) - np.array(BASE)
    flipped = [abs((np.array(signs) * d).sum()) for signs in product((-1, 1), repeat=8)]
    assert difference.p_exact
    assert difference.p_value == np.mean(np.array(flipped) >= abs(d.sum()))


def test_clusters_are_flipped_whole():
    clusters = ["a", "a", "b", "b", "c", "c", "d", "d"]
    difference = metrics_of(make_tasks(clusters), 10, BASE, TUNED).comparison.pass_at_k[0]
    d = (np.array(TUNED) - np.array(BASE)).reshape(4, 2).sum(axis=1)
    flipped = [abs((np.array(signs) * d).sum()) for signs in product((-1, 1), repeat=4)]
    assert difference.p_value == np.mean(np.array(flipped) >= abs(d.sum()))


@pytest.mark.slow
def test_with_many_clusters_random_flips_come_close_to_all_of_them():
    base, tuned = BASE * 2, TUNED * 2
    exact = metrics_of(single_tasks(16), 10, base, tuned, settings=StatisticsSettings())
    drawn = metrics_of(single_tasks(16), 10, base, tuned, settings=FAST)
    ours, theirs = drawn.comparison.pass_at_k[0], exact.comparison.pass_at_k[0]
    assert theirs.p_exact
    assert not ours.p_exact
    assert ours.p_value == pytest.approx(theirs.p_value, abs=0.02)


def test_a_drawn_p_value_is_never_zero():
    difference = metrics_of(single_tasks(40), 4, [0] * 40, [4] * 40).comparison.pass_at_k[0]
    assert 0.0 < difference.p_value <= 2 / FAST.permutations


@pytest.mark.parametrize(("won", "lost"), [(9, 2), (0, 6), (3, 3), (0, 0), (12, 1)])
def test_mcnemar_agrees_with_statsmodels_for_one_sample_per_task(won, lost):
    from statsmodels.stats.contingency_tables import mcnemar

    both = 10
    base = [0] * won + [1] * lost + [1] * both
    tuned = [1] * won + [0] * lost + [1] * both
    difference = metrics_of(single_tasks(len(base)), 1, base, tuned).comparison.pass_at_k[0]
    table = [[both, lost], [won, 0]]
    assert difference.mcnemar_p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-12)
    assert (difference.won, difference.lost, difference.tied) == (won, lost, both)


def test_mcnemar_is_not_given_for_several_samples_per_task():
    assert metrics_of(single_tasks(8), 10, BASE, TUNED).comparison.pass_at_k[0].mcnemar_p is None


def test_mcnemar_is_not_given_where_only_one_model_has_one_sample():
    tasks = single_tasks(3)
    rows = {Role.BASE: make_rows(tasks, 1, [0, 1, 0]), Role.FINETUNED: make_rows(tasks, 4, [4] * 3)}
    expected = {Role.BASE: 1, Role.FINETUNED: 4}
    metrics = compute_metrics(tasks, rows, Mode.NO_POLICY, expected, [1], FAST)
    assert metrics.comparison.pass_at_k[0].mcnemar_p is None


def test_rounding_noise_moves_no_p_value():
    """Flips that tie with what was observed, but for noise, count as ties."""
    design = make_design(single_tasks(12))
    values = np.array([0.1, 0.1, 0.2, -0.1, 0.3, 0.0] * 2)
    noise = np.random.default_rng(1).normal(0.0, 1e-13, 12)
    clean, noisy = sign_flip_p(design, np.stack([values, values + noise]), StatisticsSettings())
    assert noisy == clean


@pytest.mark.slow
def test_a_constant_difference_has_no_effect_size():
    for size in range(2, 30):
        tasks = single_tasks(size)
        difference = metrics_of(tasks, 10, [2] * size, [3] * size).comparison.pass_at_k[0]
        assert difference.effect_size is None
        assert difference.minimum_detectable is None


def test_minimum_detectable_difference_is_detected_with_the_stated_power():
    difference = metrics_of(single_tasks(8), 10, BASE, TUNED).comparison.pass_at_k[0]
    error, smallest = difference.standard_error, difference.minimum_detectable
    level = 6 / 128  # the largest p below 0.05 that 256 sign flips can give
    quantiles = t.ppf(1 - level / 2, 7) + t.ppf(0.8, 7)
    assert smallest == pytest.approx(error * quantiles, rel=1e-6)


def test_nothing_below_the_smallest_difference_that_can_be_declared_is_called_detectable():
    """Of twelve greedy tasks six must change, all in one direction, for p below 0.05."""
    base, tuned = [0] * 12, [1] * 2 + [0] * 10
    difference = metrics_of(single_tasks(12), 1, base, tuned).comparison.pass_at_k[0]
    assert difference.minimum_detectable == pytest.approx(6 / 12)
    most = metrics_of(single_tasks(12), 1, base, [1] * 6 + [0] * 6).comparison.pass_at_k[0]
    assert most.p_value < 0.05


def test_the_same_difference_is_worth_more_when_models_agree_task_by_task():
    """A constant gain on very different tasks is certain; an unpaired comparison would miss it."""
    base = [0, 8, 1, 7, 2, 6, 0, 8, 1, 7, 3, 5, 4, 4, 2, 6]
    steady = [x + 1 for x in base]
    steady[0] += 1
    shuffled = steady[5:] + steady[:5]
    tasks = single_tasks(16)
    paired = metrics_of(tasks, 10, base, steady).comparison.pass_at_k[0]
    mixed = metrics_of(tasks, 10, base, shuffled).comparison.pass_at_k[0]
    assert paired.value == pytest.approx(mixed.value)
    assert paired.distinguishable
    assert not mixed.distinguishable
