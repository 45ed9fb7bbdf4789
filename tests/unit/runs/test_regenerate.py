"""Samples that are made again, and what is said of those that come out otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evalpkg.models import Role, Sample, Task
from evalpkg.store.layout import RunLayout
from evalpkg.verify import verify_run
from evalpkg.verify.check import Check
from evalpkg.verify.recheck import Rechecks
from evalpkg.verify.regenerate import Regeneration
from tests.unit.runs.result_records import a_sample
from tests.unit.runs.result_runs import finished_run

Work = Sequence[tuple[Task, Sequence[int]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunLayout:
    return finished_run(tmp_path_factory.mktemp("regenerate") / "run")


@dataclass(frozen=True)
class Agreement:
    same: int
    of: int


def honest(role: Role, work: Work) -> Iterator[Sample]:
    for task, indexes in work:
        for index in indexes:
            yield a_sample((role, task.task_id, index))


def swapped(role: Role, work: Work) -> Iterator[Sample]:
    """The base model's answer to T/1 is another one than the run holds."""
    for sample in honest(role, work):
        other = role is Role.BASE and sample.task_id == "T/1"
        yield replace(sample, completion="base wrote fn") if other else sample


def samples_check(run: RunLayout, made_by: Regeneration, count: int = 99) -> Check:
    rechecks = Rechecks(regenerate=count, seed=5)
    checks = verify_run(run.root, rechecks=rechecks, made_by=made_by).checks
    return next(check for check in checks if check.name == "samples")


def test_samples_that_come_out_again_hold_and_the_draw_says_what_it_proves(run: RunLayout) -> None:
    found = samples_check(run, Regeneration(honest, None), 6)
    assert found.ok
    assert found.detail.startswith("0 of 6 wrong: fewer than ")
    assert found.detail.endswith("(drawn with seed 5 from 12); 6 equal to the token")


def test_a_swapped_sample_is_named_with_where_it_parts(run: RunLayout) -> None:
    found = samples_check(run, Regeneration(swapped, None))
    assert len(found.problems) == 2
    assert (
        "no-policy/base T/1 1: completion differs from character 11 of 23 on: '“T/1”\\nline 1'"
        in ("\n".join(sorted(found.problems)).replace("\\\\n", "\\n"))
    )
    assert found.detail.startswith("2 of 12 wrong")


@pytest.mark.parametrize(("same", "holds"), [(100, True), (91, True), (60, False)])
def test_on_another_kind_of_machine_forced_tokens_decide(
    run: RunLayout, same: int, holds: bool
) -> None:
    made_by = Regeneration(swapped, lambda *_: Agreement(same, 100), differences=("device",))
    found = samples_check(run, made_by)
    assert found.ok is holds
    assert "another kind of machine: device" in found.detail
    if not holds:
        assert any("of its 100 tokens the model draws 60" in text for text in found.problems)


def test_another_prompt_is_no_matter_of_the_machine(run: RunLayout) -> None:
    def otherwise(role: Role, work: Work) -> Iterator[Sample]:
        return (replace(sample, prompt_sha256="00" * 32) for sample in honest(role, work))

    made_by = Regeneration(otherwise, lambda *_: Agreement(9, 9), differences=("device",))
    assert not samples_check(run, made_by).ok


def test_with_other_weights_nothing_is_made(run: RunLayout, tmp_path: Path) -> None:
    def never(role: Role, work: Work) -> Iterator[Sample]:
        raise AssertionError("not with these weights")

    found = samples_check(run, Regeneration(never, None, foreign=("models.base.weights: a, b",)))
    assert found.problems == ("models.base.weights: a, b",)
