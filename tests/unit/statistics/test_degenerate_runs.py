"""Runs at the edge: nothing passes, everything passes, one task, too few samples, no verdicts."""

from __future__ import annotations

import itertools
import json
import math

import pytest

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics import compute_metrics
from tests.unit.statistics.statistics_runs import (
    FAST,
    make_rows,
    make_tasks,
    metrics_of,
    single_tasks,
)


def numbers(value):
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, list) or (hasattr(value, "__iter__") and not isinstance(value, str)):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, float):
        yield value


def intervals(value):
    """Every interval in a JSON document."""
    if isinstance(value, dict):
        if value.keys() == {"low", "high", "method"}:
            yield value
        for part in value.values():
            yield from intervals(part)
    elif isinstance(value, list):
        for part in value:
            yield from intervals(part)


SHAPES = {
    "no task solved": ([0] * 12, [0] * 12),
    "all tasks solved": ([4] * 12, [4] * 12),
    "none against all": ([0] * 12, [4] * 12),
    "every task the same": ([2] * 12, [3] * 12),
    "all or nothing": ([0, 4] * 6, [4, 0] * 6),
    "one sample in all": ([0] * 12, [1] + [0] * 11),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("layout", ["alone", "one cluster", "clusters of three"])
@pytest.mark.parametrize("size", [1, 2, 12])
def test_no_interval_claims_certainty_and_no_number_is_undefined(shape, layout, size):
    names = {
        "alone": [f"c{i}" for i in range(size)],
        "one cluster": ["c"] * size,
        "clusters of three": [f"c{i // 3}" for i in range(size)],
    }[layout]
    base, tuned = (passes[:size] for passes in SHAPES[shape])
    metrics = metrics_of(make_tasks(names), 4, base, tuned, (1, 2, 4, 5))
    document = json.loads(metrics.to_json())
    assert all(math.isfinite(x) for x in numbers(document))
    for interval in intervals(document):
        assert -1.0 <= interval["low"] < interval["high"] <= 1.0
    for role in metrics.roles.values():
        for estimate in role.pass_at_k[:3]:
            new, again = estimate.new_tasks, estimate.same_tasks
            assert 0.0 <= new.low <= estimate.value <= new.high <= 1.0
            assert 0.0 <= again.low <= estimate.value <= again.high <= 1.0
    for difference in metrics.comparison.pass_at_k[:3]:
        assert 0.0 < difference.p_value <= 1.0
        assert difference.new_tasks.low <= difference.value <= difference.new_tasks.high


def test_no_pass_at_all_is_bounded_by_the_score_interval_over_clusters():
    estimate = metrics_of(single_tasks(164), 10, [0] * 164, None).roles[Role.BASE].pass_at_k[0]
    z2 = 1.959963984540054**2
    assert (estimate.value, estimate.new_tasks.low) == (0.0, 0.0)
    assert estimate.new_tasks.high == pytest.approx(z2 / (164 + z2), rel=1e-9)
    assert estimate.same_tasks.high == pytest.approx(z2 / (1640 + z2), rel=1e-9)


def test_two_models_that_agree_everywhere_are_not_distinguishable():
    same = metrics_of(single_tasks(12), 4, [0] * 12, [0] * 12).comparison.pass_at_k[0]
    assert (same.value, same.p_value, same.tied) == (0.0, 1.0, 12)
    assert not same.distinguishable
    assert same.minimum_detectable is None
    assert same.new_tasks.method == "gain-loss"
    assert same.new_tasks.low == -same.new_tasks.high
    assert "not distinguishable" in same.sentence


def test_one_task_never_distinguishes_two_models():
    one = metrics_of(single_tasks(1), 100, [0], [100]).comparison.pass_at_k[0]
    assert one.value == 1.0
    assert one.p_value == 1.0
    assert not one.distinguishable


def test_too_few_samples_give_null_and_the_reason():
    metrics = metrics_of(single_tasks(3), 4, [1, 0, 4], [4, 4, 4], (1, 4, 5))
    estimate = metrics.roles[Role.BASE].pass_at_k[2]
    assert estimate.k == 5
    assert (estimate.value, estimate.new_tasks, estimate.same_tasks) == (None, None, None)
    assert estimate.reason == "4 samples were asked for per task; pass@5 needs at least 5"
    difference = metrics.comparison.pass_at_k[2]
    assert difference.value is difference.p_value is difference.bounds is None
    assert "cannot be compared at pass@5: 4 samples were asked for" in difference.sentence


def test_a_skipped_model_is_absent_and_nothing_is_compared():
    metrics = metrics_of(single_tasks(3), 4, None, [1, 0, 4])
    assert list(metrics.roles) == [Role.FINETUNED]
    assert metrics.comparison is None
    assert all(line.difference is None for line in metrics.sensitivity)


def test_a_model_without_any_row_is_all_missing_not_all_failed():
    tasks = single_tasks(3)
    metrics = compute_metrics(tasks, {}, Mode.NO_POLICY, {Role.BASE: 4}, [1], FAST)
    role = metrics.roles[Role.BASE]
    assert (role.asked, role.judged, role.absent, role.infra_errors) == (12, 0, 12, 0)
    estimate = role.pass_at_k[0]
    assert estimate.value is None
    assert "3 tasks have fewer than 1 sample with a verdict" in estimate.reason
    assert (estimate.missing, estimate.bounds.low, estimate.bounds.high) == (12, 0.0, 1.0)


def with_infra(lost, samples=4, k_values=(1, 2, 4), passes=(2, 0, 1)):
    tasks = single_tasks(3)
    rows = {
        role: make_rows(tasks, samples, passes, infra=lost if role is Role.BASE else None)
        for role in Role
    }
    expected = dict.fromkeys(Role, samples)
    return compute_metrics(tasks, rows, Mode.NO_POLICY, expected, k_values, FAST)


def test_infrastructure_errors_are_neither_failures_nor_dropped():
    metrics = with_infra({"t000": 1, "t001": 2})
    role = metrics.roles[Role.BASE]
    assert (role.asked, role.judged, role.infra_errors, role.absent) == (12, 9, 3, 0)
    estimate = role.pass_at_k[0]
    assert estimate.value == pytest.approx((2 / 3 + 0 / 2 + 1 / 4) / 3)
    assert estimate.missing == 3
    assert estimate.bounds.low == pytest.approx((2 / 4 + 0 / 4 + 1 / 4) / 3)
    assert estimate.bounds.high == pytest.approx((3 / 4 + 2 / 4 + 1 / 4) / 3)
    infra = next(one for one in role.verdicts if one.kind is VerdictKind.INFRA_ERROR)
    assert (infra.count, infra.share.value) == (3, 0.25)
    difference = metrics.comparison.pass_at_k[0]
    complete = metrics.roles[Role.FINETUNED].pass_at_k[0]
    assert complete.bounds is None
    assert difference.bounds.low == pytest.approx(complete.value - estimate.bounds.high)
    assert difference.bounds.high == pytest.approx(complete.value - estimate.bounds.low)
    assert "Some samples have no verdict" in difference.sentence


def test_where_too_few_samples_have_a_verdict_only_bounds_remain():
    metrics = with_infra({"t000": 1})
    estimate = metrics.roles[Role.BASE].pass_at_k[2]
    assert estimate.value is None
    assert estimate.reason == "1 task has fewer than 4 samples with a verdict (4 were asked for)"
    assert (estimate.bounds.low, estimate.bounds.high) == pytest.approx((2 / 3, 2 / 3))
    difference = metrics.comparison.pass_at_k[2]
    assert difference.value is None
    assert difference.reason.startswith("base model: 1 task has fewer")
    assert difference.bounds is not None


def test_a_greedy_task_without_its_verdict_is_not_left_out_of_the_mean():
    metrics = with_infra({"t001": 1}, samples=1, k_values=(1,), passes=(1, 0, 1))
    estimate = metrics.roles[Role.BASE].pass_at_k[0]
    assert estimate.value is None
    assert (estimate.bounds.low, estimate.bounds.high) == pytest.approx((2 / 3, 1.0))


def test_one_sample_per_task_says_nothing_of_running_again():
    metrics = metrics_of(single_tasks(12), 1, [0, 1] * 6, [1, 1] * 6)
    assert metrics.roles[Role.BASE].pass_at_k[0].same_tasks is None
    assert metrics.comparison.pass_at_k[0].same_tasks is None


def test_unequal_numbers_of_samples_are_compared_where_both_have_enough():
    tasks = single_tasks(12)
    rows = {
        Role.BASE: make_rows(tasks, 2, [0, 1] * 6),
        Role.FINETUNED: make_rows(tasks, 4, [1, 2] * 6),
    }
    expected = {Role.BASE: 2, Role.FINETUNED: 4}
    metrics = compute_metrics(tasks, rows, Mode.NO_POLICY, expected, [1, 4], FAST)
    one, four = metrics.comparison.pass_at_k
    assert one.value == pytest.approx(3 / 8 - 1 / 4)
    assert four.value is None
    assert four.reason.startswith("base model: 2 samples were asked for")


@pytest.mark.slow
def test_every_combination_of_tiny_outcomes_computes():
    for base, tuned in itertools.product(itertools.product(range(3), repeat=2), repeat=2):
        metrics = metrics_of(make_tasks("ab"), 2, base, tuned, (1, 2, 3))
        assert metrics.comparison.pass_at_k[0].value == pytest.approx((sum(tuned) - sum(base)) / 4)
