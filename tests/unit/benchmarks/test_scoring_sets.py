"""The benchmark's sets are what its table says they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from benchmarks import scoring_sets
from evalpkg.extraction import extract
from tests.redteam import corpus

TASKS = list(corpus.tasks().values())[:5]


def test_mix_has_six_different_completions_a_task_of_which_two_are_mutants_that_fail() -> None:
    rows = list(scoring_sets.mix(TASKS))
    assert len({(row["task_id"], row["completion"]) for row in rows}) == len(rows) == 6 * len(TASKS)
    wrong = {
        (task.task_id, make(task.canonical_solution, 1))
        for task in TASKS
        for make in scoring_sets.FAILING
    }
    failing = Counter(
        row["task_id"] for row in rows if (row["task_id"], row["completion"]) in wrong
    )
    assert failing == {task.task_id: 2 for task in TASKS}


def test_repeated_has_the_stated_share_of_duplicates() -> None:
    rows = list(scoring_sets.repeated(TASKS))
    assert Counter(row["task_id"] for row in rows) == {task.task_id: 100 for task in TASKS}
    unique = Counter(task_id for task_id, _ in {tuple(row.values()) for row in rows})
    assert unique == {task.task_id: scoring_sets.UNIQUE_OF_100 for task in TASKS}


def test_groups_are_of_one_task_each_and_no_two_programs_are_equal() -> None:
    rows = list(scoring_sets.groups(TASKS, 80, 8))
    for start in range(0, 80, 8):
        assert len({row["task_id"] for row in rows[start : start + 8]}) == 1
    by_id = {task.task_id: task for task in TASKS}
    programs = {
        (row["task_id"], extract(by_id[row["task_id"]], row["completion"]).source) for row in rows
    }
    assert len(programs) == len(rows)


def test_sets_are_the_same_every_time() -> None:
    for make in (scoring_sets.distinct, scoring_sets.mix, scoring_sets.repeated):
        assert list(make(TASKS)) == list(make([replace(task) for task in TASKS]))
