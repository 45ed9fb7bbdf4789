"""What this machine could not judge is tried again, and is not called a fault of the tasks."""

from collections.abc import Sequence

import pytest

from evalpkg.errors import EnvironmentUnfitError, GateError
from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.pipeline.self_check import self_check
from evalpkg.reporting import Progress
from evalpkg.scoring import Scorer

SOUND = Task("A/1", "fn f(a: i32) -> i32 {", "f", "", canonical_solution="    a + 1\n}\n")
FAULTY = Task("B/2", "fn g(a: i32) -> i32 {", "g", "", canonical_solution="    a + 2\n}\n")


class FailingScorer(Scorer):
    """Compiles nothing: right verdicts, but infrastructure errors on one task the first times."""

    def __init__(
        self, task: Task, times: int, faulty: Task | None = None, *, but_solution: bool = False
    ) -> None:
        self.task, self.times, self.faulty = task, times, faulty
        self.but_solution = but_solution

    def judge_all(self, items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        self.times -= 1
        return [self._judge(*item) for item in items]

    def _judge(self, task: Task, extraction: Extraction) -> Verdict:
        sound = task.canonical_solution.strip() in (extraction.source or "")
        if task is self.task and self.times >= 0 and not (sound and self.but_solution):
            return Verdict(VerdictKind.INFRA_ERROR, detail="no space left on device")
        kind = VerdictKind.PASSED if sound and task is not self.faulty else VerdictKind.TEST_FAILED
        return Verdict(kind)


def check(scorer: FailingScorer, *, allow_failed: bool = False) -> dict[str, object]:
    progress = Progress(None, interactive=False)
    return self_check(scorer, (SOUND, FAULTY), allow_failed, progress)


def test_an_infrastructure_error_is_tried_once_more() -> None:
    assert check(FailingScorer(SOUND, times=1))["passed"]


def test_one_that_stays_is_an_error_of_the_machine_with_its_cause() -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"1 of 2 tasks .* A/1: .*no space left"):
        check(FailingScorer(SOUND, times=2))


def test_beside_a_fault_of_a_task_both_are_named() -> None:
    with pytest.raises(GateError, match=r"2 of 2 tasks: A/1, B/2"):
        check(FailingScorer(SOUND, times=2, faulty=FAULTY))


def test_it_does_not_hide_a_fault_of_the_same_task(capsys: pytest.CaptureFixture[str]) -> None:
    scorer = FailingScorer(SOUND, times=2, faulty=SOUND, but_solution=True)
    with pytest.raises(GateError, match=r"1 of 2 tasks: A/1"):
        check(scorer)
    assert "A/1: the canonical solution does not pass: test_failed" in capsys.readouterr().err


def test_the_user_may_go_on_without_those_tasks() -> None:
    found = check(FailingScorer(SOUND, times=2), allow_failed=True)
    assert (found["passed"], found["overridden"]) == (False, True)
