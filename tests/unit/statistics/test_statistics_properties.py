"""Properties of the statistics of any run."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics import compute_metrics
from tests.unit.statistics.statistics_runs import FAST, make_rows, make_tasks, metrics_of

SAMPLES = 4
QUICK = settings(max_examples=25, deadline=None)

runs = st.integers(2, 14).flatmap(
    lambda tasks: st.tuples(
        st.lists(st.sampled_from("abcdefghijklmno"), min_size=tasks, max_size=tasks),
        st.lists(st.integers(0, SAMPLES), min_size=tasks, max_size=tasks),
        st.lists(st.integers(0, SAMPLES), min_size=tasks, max_size=tasks),
    )
)


@pytest.mark.slow
@QUICK
@given(runs, st.randoms(use_true_random=False))
def test_the_order_of_tasks_and_rows_changes_no_bit(run, shuffle: random.Random):
    clusters, base, tuned = run
    tasks = make_tasks(clusters, category="codegen")
    rows = {
        Role.BASE: make_rows(tasks, SAMPLES, base, VerdictKind.COMPILE_ERROR),
        Role.FINETUNED: make_rows(tasks, SAMPLES, tuned, infra={"t001": 1}),
    }
    expected = dict.fromkeys(Role, SAMPLES)
    first = compute_metrics(tasks, rows, Mode.NO_POLICY, expected, (1, 2), FAST)
    shuffle.shuffle(tasks)
    for listed in rows.values():
        shuffle.shuffle(listed)
    second = compute_metrics(tasks, rows, Mode.NO_POLICY, expected, (2, 1, 2), FAST)
    assert second.to_json() == first.to_json()


@pytest.mark.slow
@QUICK
@given(runs)
def test_asking_every_task_twice_within_its_cluster_shrinks_no_interval(run):
    clusters, base, tuned = run
    once = metrics_of(make_tasks(clusters), SAMPLES, base, tuned)
    twice = metrics_of(make_tasks(clusters * 2), SAMPLES, base * 2, tuned * 2)
    for role in Role:
        one, two = (m.roles[role].pass_at_k[0] for m in (once, twice))
        assert two.new_tasks.low <= one.new_tasks.low + 1e-9
        assert two.new_tasks.high >= one.new_tasks.high - 1e-9
    first, second = (m.comparison.pass_at_k[0] for m in (once, twice))
    assert second.new_tasks.low <= first.new_tasks.low + 1e-9
    assert second.new_tasks.high >= first.new_tasks.high - 1e-9
    assert second.p_value == pytest.approx(first.p_value)


@pytest.mark.slow
@QUICK
@given(runs)
def test_swapping_the_models_negates_the_difference(run):
    clusters, base, tuned = run
    tasks = make_tasks(clusters)
    there = metrics_of(tasks, SAMPLES, base, tuned).comparison
    back = metrics_of(tasks, SAMPLES, tuned, base).comparison
    for one, two in zip(
        (*there.pass_at_k, there.compile_rate), (*back.pass_at_k, back.compile_rate), strict=True
    ):
        assert two.value == -one.value
        assert two.p_value == pytest.approx(one.p_value, abs=1e-12)
        assert (two.won, two.lost, two.tied) == (one.lost, one.won, one.tied)
        assert two.minimum_detectable == pytest.approx(one.minimum_detectable)
        for name in ("new_tasks", "same_tasks", "bootstrap"):
            a, b = getattr(one, name), getattr(two, name)
            assert (a is None) == (b is None)
            if a is not None:
                assert (b.low, b.high) == pytest.approx((-a.high, -a.low), abs=1e-9)


@QUICK
@given(runs)
def test_pass_at_k_grows_with_k(run):
    clusters, base, _ = run
    estimates = metrics_of(make_tasks(clusters), SAMPLES, base, None, (1, 2, 3, 4, 5))
    values = [e.value for e in estimates.roles[Role.BASE].pass_at_k]
    assert values[4] is None
    assert all(one <= more for one, more in pairwise(values[:4]))


@QUICK
@given(runs, st.integers(0, SAMPLES))
def test_the_bounds_hold_whatever_the_missing_verdicts_were(run, lost):
    clusters, base, _ = run
    tasks = make_tasks(clusters)
    rows = make_rows(tasks, SAMPLES, base, infra={"t000": lost})
    full = compute_metrics(
        tasks, {Role.BASE: rows}, Mode.NO_POLICY, {Role.BASE: SAMPLES}, (1, 2), FAST
    )
    truth = metrics_of(tasks, SAMPLES, base, None, (1, 2)).roles[Role.BASE]
    for estimate, true in zip(full.roles[Role.BASE].pass_at_k, truth.pass_at_k, strict=True):
        assert (estimate.bounds is None) == (lost == 0)
        if estimate.bounds is not None:
            assert estimate.bounds.low <= true.value + 1e-12
            assert estimate.bounds.high >= true.value - 1e-12


def test_another_seed_moves_only_what_was_drawn():
    tasks = make_tasks([f"c{i:02d}" for i in range(30)])
    base, tuned = [0, 1, 4, 2, 3] * 6, [1, 1, 3, 4, 0] * 6
    one, two = (
        metrics_of(tasks, SAMPLES, base, tuned, settings=FAST.model_copy(update={"seed": seed}))
        for seed in (1, 2)
    )
    a, b = one.comparison.pass_at_k[0], two.comparison.pass_at_k[0]
    assert (a.value, a.standard_error, a.new_tasks) == (b.value, b.standard_error, b.new_tasks)
    assert a.bootstrap != b.bootstrap
    assert a.p_value != b.p_value
    assert a.p_value == pytest.approx(b.p_value, abs=0.06)
