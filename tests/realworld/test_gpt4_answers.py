"""Real answers of GPT-4 to two MultiPL-E sets get the verdicts that a plain rustc run gave.

The answers are public, but not ours to ship; the tests say so where the files are missing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalpkg.extraction import extract
from evalpkg.models import VerdictKind
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.tasks import read_tasks_of

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = {
    "humaneval": ("multipl_e_humaneval_rs.jsonl", "gpt4_humaneval_rs_samples.jsonl"),
    "mbpp": ("multipl_e_mbpp_rs.jsonl", "gpt4_mbpp_rs_samples.jsonl"),
}
CUT = "the answer was cut at its last brace, which extraction adds and a plain rustc run does not"
OWN_MAIN = "the answer brings a `fn main` of its own, which stands beside the tests' one"
CUT_ROWS = (
    1,
    12,
    30,
    39,
    51,
    66,
    74,
    80,
    84,
    94,
    139,
    169,
    180,
    331,
    334,
    336,
    386,
    387,
    390,
    437,
    487,
    490,
    517,
    542,
    543,
    546,
    593,
    619,
    648,
    693,
    696,
    698,
    723,
    748,
    749,
    752,
    799,
)
PINNED = {
    "humaneval": {**dict.fromkeys(CUT_ROWS, CUT), **dict.fromkeys((293,), OWN_MAIN)},
    "mbpp": dict.fromkeys((197, 514, 525), CUT),
}
"""Every row that differs, with its reason."""
NEAR_LIMIT: dict[str, tuple[int, ...]] = {"humaneval": (405, 561, 767), "mbpp": ()}
"""Rows of one right but exponential program, which needs 21 s of CPU on one machine and less than
the limit of 10 s on another. Every other program ends within a second or not within 40."""


@pytest.mark.parametrize("name", SETS)
def test_real_answers_get_the_verdict_of_rustc(name: str) -> None:
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
    for number in NEAR_LIMIT[name]:
        assert verdicts[number].kind in (VerdictKind.PASSED, VerdictKind.TIMEOUT)
    different, reasons = {}, {}
    for number, (row, (task, found), verdict) in enumerate(zip(rows, items, verdicts, strict=True)):
        if number in NEAR_LIMIT[name] or verdict.passed == row["rustc_passed"]:
            continue
        reason = "no reason known"
        if verdict.passed and found.rule.endswith("function_unclosed"):
            reason = CUT
        elif verdict.passed and not found.main_free:
            reason = OWN_MAIN
        reasons[number] = reason
        different[number] = f"{task.task_id}: {verdict.kind}: {reason}"
    print(f"{name}: {len(rows)} rows, {len(rows) - len(different)} equal")
    for number, told in different.items():
        print(f"  row {number}: {told}")
    unexplained = [told for told in different.values() if "no reason known" in told]
    assert not unexplained
    assert reasons == PINNED[name]
