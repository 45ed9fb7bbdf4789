"""The content of metrics.json for an ordinary run; its schema is the published one."""

from __future__ import annotations

import json

import pytest

from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Mode, Role, Task, VerdictKind
from evalpkg.statistics import Metrics, compute_metrics
from tests.unit.statistics.statistics_runs import (
    FAST,
    make_row,
    make_rows,
    make_tasks,
    metrics_of,
    single_tasks,
)


def compute(tasks, rows, expected, k_values=(1,), mode=Mode.NO_POLICY):
    return compute_metrics(tasks, rows, mode, expected, k_values, FAST)


def test_the_schema_is_closed_and_names_its_version():
    schema = Metrics.model_json_schema(mode="serialization")
    assert schema["properties"]["schema_version"]["const"] == 1
    assert all(d.get("additionalProperties", False) is False for d in schema["$defs"].values())
    metrics = metrics_of(make_tasks("ab"), 2, [0, 1], [1, 1])
    assert set(schema["properties"]) == set(json.loads(metrics.to_json()))


def test_the_document_survives_the_way_through_json():
    metrics = metrics_of(make_tasks("aabcd"), 4, [0, 1, 4, 2, 0], [1, 1, 4, 0, 0], (1, 2, 10))
    text = metrics.to_json()
    assert Metrics.model_validate_json(text) == metrics
    assert Metrics.model_validate_json(text).to_json() == text
    assert json.loads(text)["schema_version"] == 1


def test_the_document_refuses_nan_and_unknown_fields():
    metrics = metrics_of(single_tasks(3), 2, [0, 1, 2], None)
    data = json.loads(metrics.to_json())
    for bad in ({**data, "extra": 1}, {**data, "schema_version": 2}):
        with pytest.raises(ValueError, match="validation error"):
            Metrics.model_validate(bad)
    data["roles"]["base"]["pass_at_k"][0]["value"] = float("nan")
    with pytest.raises(ValueError, match="finite number"):
        Metrics.model_validate(data)


def test_a_small_run_counted_by_hand():
    tasks = single_tasks(2)
    rows = [
        make_row("t000", 0, VerdictKind.PASSED),
        make_row("t000", 1, VerdictKind.COMPILE_ERROR, main_free=False),
        make_row("t000", 2, VerdictKind.COMPILE_ERROR, error_code=None),
        make_row("t000", 3, VerdictKind.TIMEOUT),
        make_row("t001", 0, VerdictKind.NO_CODE, compile_ok=None),
        make_row("t001", 1, VerdictKind.TEST_FAILED),
        make_row("t001", 2, VerdictKind.PASSED, main_free=False),
        make_row("t001", 3, VerdictKind.PASSED),
    ]
    role = compute(tasks, {Role.BASE: rows}, {Role.BASE: 4}, (1, 2)).roles[Role.BASE]
    assert (role.asked, role.judged, role.infra_errors, role.absent) == (8, 8, 0, 0)
    assert [p.k for p in role.pass_at_k] == [1, 2]
    assert [p.value for p in role.pass_at_k] == [
        pytest.approx((1 / 4 + 2 / 4) / 2),
        pytest.approx(((1 - 3 / 6) + (1 - 1 / 6)) / 2),
    ]
    assert role.compile_rate.value == pytest.approx((2 / 4 + 3 / 4) / 2)
    assert role.main_free_rate.value == pytest.approx((3 / 4 + 3 / 4) / 2)
    counts = {v.kind: v.count for v in role.verdicts}
    assert list(counts) == list(VerdictKind)
    assert counts[VerdictKind.PASSED] == 3
    assert counts[VerdictKind.COMPILE_ERROR] == 2
    assert sum(counts.values()) == 8
    assert sum(v.share.value for v in role.verdicts) == pytest.approx(1.0)
    assert [(e.code, e.count) for e in role.error_codes] == [(None, 1), ("E0308", 1)]
    assert [(t.task_id, t.n, t.c, t.compiled) for t in role.per_task] == [
        ("t000", 4, 1, 2),
        ("t001", 4, 2, 3),
    ]


def test_a_sample_that_never_reached_the_compiler_counts_as_not_compiled():
    tasks = single_tasks(1)
    rows = [make_row("t000", i, VerdictKind.NO_CODE, compile_ok=None) for i in range(3)]
    rows.append(make_row("t000", 3, VerdictKind.PASSED))
    role = compute(tasks, {Role.BASE: rows}, {Role.BASE: 4}).roles[Role.BASE]
    assert role.compile_rate.value == 0.25


def test_the_policy_mode_says_what_was_correct_and_vetoed():
    tasks = single_tasks(1)
    rows = [
        make_row("t000", 0, VerdictKind.PASSED),
        make_row("t000", 1, VerdictKind.PASSED, passed=False, policy_violations=("arc", "extern")),
        make_row("t000", 2, VerdictKind.PASSED, passed=False, policy_violations=("arc", "arc")),
        make_row("t000", 3, VerdictKind.TEST_FAILED, policy_violations=("unsafe",)),
        make_row("t000", 4, VerdictKind.INFRA_ERROR, policy_violations=("unsafe",)),
    ]
    metrics = compute(tasks, {Role.BASE: rows}, {Role.BASE: 5}, mode=Mode.POLICY)
    veto = metrics.roles[Role.BASE].policy
    assert (veto.correct, veto.vetoed_correct, veto.vetoed) == (3, 2, 3)
    assert veto.vetoed_share == pytest.approx(2 / 3)
    assert [(r.rule, r.samples, r.correct) for r in veto.rules] == [
        ("arc", 2, 2),
        ("extern", 1, 1),
        ("unsafe", 1, 0),
    ]
    assert metrics.roles[Role.BASE].pass_at_k[0].value == 0.25


def test_without_policy_nothing_is_said_of_vetoes():
    assert metrics_of(single_tasks(2), 2, [1, 1], None).roles[Role.BASE].policy is None


ROW = make_row("t000", 0, VerdictKind.PASSED)
FLIPPED = make_row("t000", 0, VerdictKind.TEST_FAILED, passed=True)
HIDDEN = make_row("t000", 0, VerdictKind.PASSED, passed=False)
SPARED = make_row("t000", 0, VerdictKind.PASSED, policy_violations=("arc",))


@pytest.mark.parametrize(
    ("rows", "mode", "match"),
    [
        ([ROW, ROW], Mode.NO_POLICY, "occurs twice"),
        ([make_row("t000", 2, VerdictKind.PASSED)], Mode.NO_POLICY, "2 samples per task"),
        ([make_row("t000", -1, VerdictKind.PASSED)], Mode.NO_POLICY, "2 samples per task"),
        ([make_row("other", 0, VerdictKind.PASSED)], Mode.NO_POLICY, "no task of this run"),
        ([FLIPPED], Mode.NO_POLICY, "says passed=True"),
        ([HIDDEN], Mode.NO_POLICY, "says passed=False"),
        ([SPARED], Mode.POLICY, "says passed=True"),
    ],
)
def test_rows_that_contradict_the_run_are_refused(rows, mode, match):
    with pytest.raises(DataError, match=match):
        compute(single_tasks(1), {Role.BASE: rows}, {Role.BASE: 2}, mode=mode)


def test_rows_of_a_model_that_was_not_asked_are_refused():
    with pytest.raises(DataError, match="was not asked for"):
        compute(single_tasks(1), {Role.FINETUNED: [ROW]}, {Role.BASE: 2})


@pytest.mark.parametrize("k_values", [(), (0,), (-1, 1)])
def test_impossible_k_is_refused(k_values):
    with pytest.raises(ConfigError, match="k values"):
        compute(single_tasks(1), {Role.BASE: [ROW]}, {Role.BASE: 1}, k_values)


def test_no_samples_and_no_or_repeated_tasks_are_refused():
    with pytest.raises(ConfigError, match="at least one sample"):
        compute(single_tasks(1), {}, {Role.BASE: 0})
    with pytest.raises(DataError, match="no tasks"):
        compute([], {}, {Role.BASE: 1})
    with pytest.raises(DataError, match="same id"):
        compute(single_tasks(1) * 2, {}, {Role.BASE: 1})


def test_a_task_without_a_cluster_stands_alone():
    tasks = [Task(f"t{i}", "", "f", "", cluster=c) for i, c in enumerate(["", "", "t0", "t0"])]
    rows = make_rows(tasks, 1, [0, 1, 0, 1])
    assert compute(tasks, {Role.BASE: rows}, {Role.BASE: 1}).clusters == 3
