"""The gold gate names every task that could not be scored as it should."""

from dataclasses import replace

from evalpkg.models import Task
from evalpkg.scoring import Scorer, ScoringSettings, gold_gate

SOUND = Task(
    "sound",
    "fn plus(a: i32, b: i32) -> i32 {",
    "plus",
    """mod tests { use super::*;
    #[test] fn sums() { assert_eq!(plus(1, 2), 3); assert_eq!(plus(5, -7), -2); } }""",
    canonical_solution="    a + b\n}\n",
)
WRONG = replace(SOUND, task_id="wrong", canonical_solution="    a\n}\n")
WEAK = replace(
    SOUND, task_id="weak", test="mod tests { use super::*; #[test] fn t() { plus(1, 2); } }"
)
CUT_OFF = replace(SOUND, task_id="cut off", test="mod tests { use super::*; // BEGIN_TESTS")
BLIND = replace(SOUND, task_id="blind", test="mod tests { #[test] fn t() { assert!(true); } }")
UNSOLVED = replace(SOUND, task_id="unsolved", canonical_solution="")


def test_faulty_tasks_are_named_with_their_fault() -> None:
    tasks = [SOUND, WRONG, WEAK, CUT_OFF, BLIND, UNSOLVED]
    scorer = Scorer(ScoringSettings(workers=1), tasks)
    try:
        report = gold_gate(scorer, tasks)
    finally:
        scorer.close()
    faults = dict(report.failures)
    assert faults.keys() == {"wrong", "weak", "cut off", "blind"}
    assert "does not pass: test_failed" in faults["wrong"]
    assert "mutant" in faults["weak"]
    assert "cut off" in faults["cut off"]
    assert "a stub passes" in faults["blind"]
    assert not report.passed
