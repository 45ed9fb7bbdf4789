"""Other views of pass@k: without repaired tasks, by category, every category weighing the same."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest
from scipy.stats import t

from evalpkg.models import Role
from evalpkg.statistics.sensitivity import MACRO, UNREPAIRED
from tests.unit.statistics.statistics_runs import metrics_of, single_tasks

BASE, TUNED = [0, 1, 4, 2, 3, 0], [2, 1, 4, 4, 4, 1]
CATEGORIES = ["codegen"] * 4 + ["fix"] * 2


def run(repaired=(), categories=CATEGORIES, tuned=TUNED):
    tasks = [
        replace(task, category=c, erratum="cut off" if i in repaired else "")
        for i, (task, c) in enumerate(zip(single_tasks(6), categories, strict=True))
    ]
    lines = metrics_of(tasks, 4, BASE, tuned, (1, 2)).sensitivity
    return {(line.view, line.k): line for line in lines}


def test_repaired_tasks_can_be_left_out():
    line = run(repaired={0, 4})[UNREPAIRED, 1]
    assert (line.tasks, line.clusters) == (4, 4)
    assert line.values == {Role.BASE: pytest.approx(7 / 16), Role.FINETUNED: pytest.approx(10 / 16)}
    assert line.difference == pytest.approx(3 / 16)
    assert line.interval.method == "t"


def test_the_line_is_missing_where_it_would_repeat_the_whole_or_be_empty():
    assert (UNREPAIRED, 1) not in run()
    assert (UNREPAIRED, 1) not in run(repaired=range(6))
    assert not run(categories=["codegen"] * 6)


def test_each_category_weighs_the_same_in_the_macro_average():
    lines = run()
    base = {c: lines[f"category: {c}", 1].values[Role.BASE] for c in ("codegen", "fix")}
    assert base == {"codegen": pytest.approx(7 / 16), "fix": pytest.approx(3 / 8)}
    macro = lines[MACRO, 1]
    assert macro.values[Role.BASE] == pytest.approx((7 / 16 + 3 / 8) / 2)
    assert macro.difference == pytest.approx(macro.values[Role.FINETUNED] - (7 / 16 + 3 / 8) / 2)


def test_the_macro_interval_written_out():
    d = [0.5, 0.0, 0.0, 0.5, 0.25, 1.0]
    deviations = [(x - 0.25) / 8 for x in d[:4]] + [(x - 0.625) / 4 for x in d[4:]]
    error = sqrt(6 / 5 * sum(x * x for x in deviations))
    low, high = t.interval(0.95, 5, loc=(0.25 + 0.625) / 2, scale=error)
    interval = run(tuned=[2, 1, 4, 4, 4, 4])[MACRO, 1].interval
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-9)


def test_a_category_with_one_problem_leaves_the_macro_interval_unknown():
    macro = run(categories=["codegen"] * 5 + ["fix"])[MACRO, 1]
    assert macro.difference is not None
    assert macro.interval is None


def test_views_of_one_model_have_values_and_no_difference():
    line = run(repaired={0}, tuned=None)[UNREPAIRED, 2]
    assert list(line.values) == [Role.BASE]
    assert line.difference is None
    assert line.interval is None
