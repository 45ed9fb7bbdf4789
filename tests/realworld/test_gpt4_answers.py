"""Real answers of GPT-4 to two MultiPL-E sets get the verdicts that a plain rustc run gave.

The answers are public, but not ours to ship; the tests say so where the files are missing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalpkg.extraction import extract
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.tasks import read_tasks_of

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = {
    "humaneval": ("multipl_e_humaneval_rs.jsonl", "gpt4_humaneval_rs_samples.jsonl"),
    "mbpp": ("multipl_e_mbpp_rs.jsonl", "gpt4_mbpp_rs_samples.jsonl"),
}
OWN_MAIN = "the answer brings a `fn main` of its own, which stands beside the tests' one"
HASH_ORDER = "the answer depends on the order of a HashMap, which std draws anew in each run"
DIFFERENT: dict[tuple[str, int], str] = {}
"""Rows (set, position from 0) with another verdict than rustc's, each with its reason."""


@pytest.mark.parametrize("name", SETS)
def test_real_answers_get_the_verdict_of_rustc(name: str, tmp_path: Path) -> None:
    tasks_file, answers_file = (DATA / file for file in SETS[name])
    for file in (tasks_file, answers_file):
        if not file.exists():
            pytest.skip(f"{file.name} is not beside the repository (../shared/data)")
    tasks = {task.task_id: task for task in read_tasks_of(tasks_file)}
    lines = answers_file.read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    asked = [tasks[row["task_id"]] for row in rows]
    items = [
        (task, extract(task, row["completion"])) for task, row in zip(asked, rows, strict=True)
    ]
    with Scorer(ScoringSettings(cache=None), [*tasks.values()]) as scorer:
        verdicts = scorer.judge_all(items)
    different = {
        (name, number): f"{row['task_id']}: {verdict.kind}, rustc passed: {row['rustc_passed']}"
        for number, (row, verdict) in enumerate(zip(rows, verdicts, strict=True))
        if verdict.passed != row["rustc_passed"]
    }
    print(f"{name}: {len(rows)} rows, {len(rows) - len(different)} equal, {different}")
    assert different.keys() == {key for key in DIFFERENT if key[0] == name}, different
