"""Tasks with types of their own: right answers pass, wrong ones do not, and none is left out."""

import json
from pathlib import Path

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task
from evalpkg.scoring import Scorer, ScoringSettings, gold_gate

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("own_types.jsonl").read_text("utf-8").splitlines()
]
TASKS = {row["task_id"]: Task(**{k: v for k, v in row.items() if k != "wrong"}) for row in ROWS}
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
