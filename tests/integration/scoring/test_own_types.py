"""Tasks with types of their own: right answers pass, wrong ones do not, and none is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task
from evalpkg.scoring import Scorer, ScoringSettings, gold_gate


def read(name: str) -> list[dict[str, Any]]:
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def tasks_of(rows: list[dict[str, Any]]) -> dict[str, Task]:
    extra = ("wrong", "reason")
    return {r["task_id"]: Task(**{k: v for k, v in r.items() if k not in extra}) for r in rows}


ROWS = read("own_types.jsonl")
TASKS = tasks_of(ROWS)
FAILS = {"test_failed", "panicked", "timeout"}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(ScoringSettings(workers=2, timeout_s=3.0), list(TASKS.values()))


def test_right_and_wrong_answers_are_told_apart(scorer: Scorer) -> None:
    asked = [(row["task_id"], row["canonical_solution"], True) for row in ROWS]
    asked += [(row["task_id"], wrong, False) for row in ROWS for wrong in row["wrong"]]
    items = [(TASKS[name], extract(TASKS[name], text)) for name, text, _ in asked]
    found = {}
    for (name, text, right), verdict in zip(asked, scorer.judge_all(items), strict=True):
        if verdict.kind.value not in ({"passed"} if right else FAILS):
            found[name, text] = (verdict.kind.value, verdict.detail)
    assert not found


def test_every_task_passes_the_gate(scorer: Scorer) -> None:
    assert gold_gate(scorer, list(TASKS.values())).failures == ()


def test_what_cannot_travel_is_refused_in_the_tasks_own_terms() -> None:
    rows = read("refused.jsonl")
    tasks = tasks_of(rows)
    scorer = Scorer(ScoringSettings(workers=2, timeout_s=3.0), list(tasks.values()))
    said = dict(gold_gate(scorer, list(tasks.values())).failures)
    wrong = {
        name: said.get(name)
        for name, reason in ((row["task_id"], row["reason"]) for row in rows)
        if reason not in said.get(name, "") or "evalwire" in said[name] or "\n" in said[name]
    }
    assert not wrong
