"""The synthetic run directory: valid rows, known effect, attacks on the report included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.population import Population, cluster_index
from benchmarks.synthetic import SyntheticRun, make_rows, make_tasks, write_run
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics import compute_metrics
from evalpkg.store.records import read_rows, read_tasks
from tests.unit.statistics.statistics_runs import FAST

RUN = SyntheticRun(tasks=40, samples=10, infra_errors=3, hostile_every=10)


def metrics_of(layout, mode, run):
    rows = {role: read_rows(layout.samples(mode, role)) for role in run.roles}
    expected = dict.fromkeys(run.roles, run.samples)
    return compute_metrics(read_tasks(layout.tasks), rows, mode, expected, [1, 10], FAST)


def test_the_rows_are_those_of_a_complete_run(tmp_path):
    layout = write_run(tmp_path, RUN)
    for mode in Mode:
        metrics = metrics_of(layout, mode, RUN)
        for role in metrics.roles.values():
            assert (role.asked, role.judged, role.infra_errors) == (400, 397, 3)
    plain, vetoed = (metrics_of(layout, mode, RUN).roles[Role.BASE] for mode in Mode)
    assert vetoed.policy.vetoed_correct > 0
    assert vetoed.pass_at_k[0].value < plain.pass_at_k[0].value
    rows = read_rows(layout.samples(Mode.NO_POLICY, Role.BASE))
    assert any("</script><script>alert(1)</script>" in row.completion for row in rows)


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    for out, run in ((one, RUN), (two, RUN), (other, replace(RUN, seed=2))):
        write_run(out, run)
    name = "no-policy/base_model_samples.jsonl"
    assert (one / name).read_bytes() == (two / name).read_bytes()
    assert (one / name).read_bytes() != (other / name).read_bytes()


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_all_or_nothing_can_be_asked_for(rate):
    run = SyntheticRun(tasks=5, samples=3, population=None, rate=rate, roles=(Role.FINETUNED,))
    rows = make_rows(make_tasks(5), run)
    assert list(rows) == [Role.FINETUNED]
    assert {row.verdict is VerdictKind.PASSED for row in rows[Role.FINETUNED]} == {rate == 1.0}


@pytest.mark.parametrize("effect", [-0.05, 0.0, 0.08])
def test_the_population_has_the_effect_it_states(effect):
    clusters = cluster_index(200_000)
    base, tuned = Population(effect=effect, loss=0.2).draw(np.random.default_rng(3), clusters)
    assert base.min() >= 0.0
    assert tuned.max() <= 1.0
    assert base.mean() == pytest.approx(0.5 / 1.2, abs=0.005)
    assert (tuned - base).mean() == pytest.approx(effect, abs=0.005)
