"""Intervals and errors against scipy, statsmodels and formulas written out."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap, norm, t

from evalpkg.models import Role
from evalpkg.statistics import StatisticsSettings
from evalpkg.statistics.design import make_design
from evalpkg.statistics.intervals import bca, clustered_error, effective_trials, wilson
from tests.unit.statistics.statistics_runs import make_tasks, metrics_of, single_tasks

SPREAD = [0, 1, 5, 10, 10, 2, 0, 7, 3, 9, 10, 0, 4, 8, 1, 6]


@pytest.mark.parametrize(("hits", "trials"), [(0, 164), (164, 164), (67, 164), (1, 5), (3, 7)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_wilson_agrees_with_scipy_and_statsmodels(hits, trials, confidence):
    from statsmodels.stats.proportion import proportion_confint

    ours = wilson(hits / trials, trials, confidence)
    scipy = binomtest(hits, trials).proportion_ci(confidence, method="wilson")
    assert (ours.low, ours.high) == pytest.approx((scipy.low, scipy.high), abs=1e-12)
    other = proportion_confint(hits, trials, alpha=1 - confidence, method="wilson")
    assert (ours.low, ours.high) == pytest.approx(other, abs=1e-12)


def test_clustered_error_written_out():
    """Miller (2024): clusters {1, 0}, {1}, {0.5, 0.5, 0}; the mean is one half."""
    design = make_design(make_tasks(["a", "a", "b", "c", "c", "c"]))
    values = np.array([1.0, 0.0, 1.0, 0.5, 0.5, 0.0])
    sums = [0.5 - 0.5, 0.5, 0.0 + 0.0 - 0.5]
    expected = sqrt(3 / 2 * sum(s * s for s in sums)) / 6
    assert clustered_error(design, values) == pytest.approx(expected, rel=1e-14)

    deviations = values - 0.5
    groups = [[0, 1], [2], [3, 4, 5]]
    independent = (deviations**2).sum() / 36
    shared = sum(deviations[i] * deviations[j] for g in groups for i in g for j in g if i != j) / 36
    miller = sqrt(independent + shared)
    assert clustered_error(design, values) == pytest.approx(miller * sqrt(3 / 2), rel=1e-14)


def test_clustered_error_agrees_with_a_clustered_regression_on_a_constant():
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(5)
    labels = rng.integers(0, 20, 60)
    values = np.round(rng.random(60) * 64) / 64
    design = make_design(make_tasks([f"c{x:02d}" for x in labels]))
    ordered = values[np.argsort(labels, kind="stable")]
    fit = OLS(values, np.ones(60)).fit()
    robust = fit.get_robustcov_results("cluster", groups=labels, use_correction=False)
    clusters = len(set(labels.tolist()))
    expected = robust.bse[0] * sqrt(clusters / (clusters - 1))
    assert clustered_error(design, ordered) == pytest.approx(expected, rel=1e-10)


def test_without_clusters_the_error_is_the_textbook_one():
    passes = [3, 0, 10, 4, 4]
    metrics = metrics_of(single_tasks(5), 10, passes, None)
    shares = np.array(passes) / 10
    expected = shares.std(ddof=1) / sqrt(5)
    assert metrics.roles[Role.BASE].pass_at_k[0].standard_error == pytest.approx(expected, rel=1e-9)


def test_one_greedy_sample_per_task_gets_the_wilson_interval():
    from statsmodels.stats.proportion import proportion_confint

    metrics = metrics_of(single_tasks(164), 1, [1] * 67 + [0] * 97, None)
    interval = metrics.roles[Role.BASE].pass_at_k[0].new_tasks
    expected = proportion_confint(67, 164, method="wilson")
    assert interval.method == "wilson"
    assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("passes", [SPREAD, [0] * 10 + [1, 1, 2, 3, 9, 10]])
def test_the_bootstrap_beside_a_score_is_the_bca_interval_of_scipy(passes):
    settings = StatisticsSettings(resamples=2000, permutations=1000, seed=7)
    estimate = metrics_of(single_tasks(16), 10, passes, None, settings=settings)
    interval = estimate.roles[Role.BASE].pass_at_k[0].bootstrap
    reference = bootstrap(
        (np.array(passes) / 10,),
        np.mean,
        method="BCa",
        n_resamples=2000,
        batch=500,
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert interval.method == "bca"
    assert (interval.low, interval.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_the_bootstrap_draws_clusters_not_tasks():
    """Sixteen problems asked four times over are no more certain than asked once."""
    names = [f"c{i:02d}" for i in range(16)]
    once = metrics_of(make_tasks(names), 10, SPREAD, None)
    often = metrics_of(make_tasks(names * 4), 10, SPREAD * 4, None)
    one, four = (m.roles[Role.BASE].pass_at_k[0] for m in (once, often))
    assert four.bootstrap == one.bootstrap
    assert four.new_tasks.low == pytest.approx(one.new_tasks.low, rel=1e-12)
    assert four.standard_error == pytest.approx(one.standard_error, rel=1e-12)


def test_running_the_same_tasks_again_is_less_uncertain_than_new_tasks():
    estimate = metrics_of(single_tasks(16), 10, SPREAD, None).roles[Role.BASE].pass_at_k[0]
    again, new = estimate.same_tasks, estimate.new_tasks
    assert again.high - again.low < new.high - new.low
    shares = np.array(SPREAD) / 10
    error = sqrt((shares * (1 - shares) / 9).sum()) / 16
    assert again.high - again.low == pytest.approx(2 * 1.959964 * error, rel=0.02)
    assert again.low < estimate.value < again.high


def test_a_difference_gets_the_t_interval_of_the_paired_differences():
    base, tuned = SPREAD, [min(10, x + (i % 3)) for i, x in enumerate(SPREAD)]
    difference = metrics_of(single_tasks(16), 10, base, tuned).comparison.pass_at_k[0]
    d = (np.array(tuned) - np.array(base)) / 10
    error = d.std(ddof=1) / 4
    expected = t.interval(0.95, 15, loc=d.mean(), scale=error)
    found = difference.new_tasks
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
    assert difference.standard_error == pytest.approx(error, rel=1e-9)
    assert difference.effect_size == pytest.approx(d.mean() / d.std(ddof=1), rel=1e-9)
    assert difference.bootstrap.method == "bca"


@pytest.mark.parametrize("confidence", [0.6, 0.7, 0.8, 0.9, 0.95])
def test_rounding_noise_moves_no_bootstrap_interval(confidence):
    """Resampled means that tie but for noise must count as ties in the bias correction."""
    settings = StatisticsSettings(resamples=2000, confidence=confidence)
    design = make_design(single_tasks(12))
    values = np.array([0.0, 0.1, 0.3, 0.3] * 3)
    clean, up, down = bca(design, np.stack([values, values + 1e-13, values - 1e-13]), settings)
    shaken = values + np.tile([1e-14, -1e-14, 1e-14], 4)
    noisy = bca(design, shaken[None], settings)[0]
    for other in (up, down, noisy):
        assert (other.low, other.high) == pytest.approx((clean.low, clean.high), abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("clusters", [11, 13, 29])
def test_equal_scores_have_no_spread_however_their_mean_is_rounded(share, clusters):
    design = make_design(make_tasks([f"c{i % clusters:02d}" for i in range(clusters * 7)]))
    assert clustered_error(design, np.full(clusters * 7, share)) == 0.0


def test_tasks_of_one_problem_are_worth_at_most_as_many_trials_as_problems():
    design = make_design(make_tasks([f"c{i // 2:02d}" for i in range(24)]))
    opposed = np.array([1.0, 0.0] * 11 + [1.0, 1.0])
    assert effective_trials(design, opposed, 0.95) == 12
    alike = np.array([1.0, 1.0, 0.0, 0.0] * 6)
    assert effective_trials(design, alike, 0.95) == pytest.approx(12)
    few = np.repeat([1.0, 0.0], [12, 12])
    lopsided = make_design(make_tasks([f"c{max(0, i - 11):02d}" for i in range(24)]))
    assert effective_trials(lopsided, few, 0.95) == pytest.approx(24 * 6 / (6**2 + 12 * 0.25))


def test_scores_between_zero_and_one_are_worth_the_trials_that_would_spread_as_much():
    """Yes-or-no trials of the same mean and error, fewer where t doubts the error."""
    design = make_design(single_tasks(16))
    values = np.array(SPREAD) / 10
    mean, error = values.mean(), values.std(ddof=1) / 4
    doubt = (norm.ppf(0.975) / t.ppf(0.975, 15)) ** 2
    trials = effective_trials(design, values, 0.95)
    assert trials == pytest.approx(mean * (1 - mean) / error**2 * doubt, rel=1e-12)
    estimate = metrics_of(single_tasks(16), 10, SPREAD, None).roles[Role.BASE].pass_at_k[0]
    assert estimate.new_tasks == wilson(mean, trials, 0.95)
