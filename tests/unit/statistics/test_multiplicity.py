"""Holm's correction and the primary endpoint."""

from __future__ import annotations

import pytest

from evalpkg.models import Mode
from evalpkg.statistics import holm_family
from evalpkg.statistics.multiplicity import holm
from tests.unit.statistics.statistics_runs import metrics_of, single_tasks

BASE = [0, 3, 5, 1, 0, 7, 2, 4, 0, 0]
TUNED = [1, 3, 8, 2, 0, 6, 5, 9, 2, 3]


@pytest.mark.parametrize(
    "p_values",
    [[0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0, 0.0, 0.2], [0.02, 0.9, 0.02, 0.6]],
)
def test_holm_agrees_with_statsmodels(p_values):
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(list(expected), abs=1e-12)


def runs(k_values=(1, 2, 20)):
    tasks = single_tasks(10)
    return {m: metrics_of(tasks, 10, BASE, TUNED, k_values, mode=m) for m in Mode}


def test_the_family_is_every_pass_at_k_of_every_mode_that_has_a_p_value():
    from statsmodels.stats.multitest import multipletests

    family = holm_family(runs())
    assert [(m.mode, m.k) for m in family.members] == [(m, k) for m in Mode for k in (1, 2)]
    expected = multipletests([m.p_value for m in family.members], method="holm")[1]
    assert [m.adjusted for m in family.members] == pytest.approx(list(expected))


def test_the_primary_endpoint_is_pass_at_1_without_policy_and_unadjusted():
    by_mode = runs()
    family = holm_family(by_mode)
    primary = by_mode[Mode.NO_POLICY].comparison.pass_at_k[0]
    assert (family.primary_mode, family.primary_k) == (Mode.NO_POLICY, 1)
    assert (family.primary_p, family.primary_sentence) == (primary.p_value, primary.sentence)


@pytest.mark.parametrize("missing", ["mode", "k", "role"])
def test_no_other_endpoint_takes_the_place_of_a_missing_primary_one(missing):
    if missing == "mode":
        by_mode = {Mode.POLICY: runs()[Mode.POLICY]}
    elif missing == "k":
        by_mode = runs(k_values=(2,))
    else:
        tasks = single_tasks(10)
        by_mode = {Mode.NO_POLICY: metrics_of(tasks, 10, BASE, None)}
    family = holm_family(by_mode)
    assert family.primary_p is None
    assert "was not compared" in family.primary_sentence
    assert len(family.members) == {"mode": 2, "k": 2, "role": 0}[missing]
