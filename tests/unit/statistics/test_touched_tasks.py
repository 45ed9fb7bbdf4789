"""The result without the tasks that the training data hold stands beside the whole."""

from __future__ import annotations

from evalpkg.models import Mode, Role, Row, Task, VerdictKind
from evalpkg.statistics import UNTOUCHED, StatisticsSettings, compute_metrics

TASKS = [Task(f"t/{i}", "", "f", "", cluster=f"t/{i}") for i in range(4)]


def _row(task_id: str, passed: bool) -> Row:
    verdict = VerdictKind.PASSED if passed else VerdictKind.TEST_FAILED
    return Row(task_id, 0, "", verdict, passed, True, True, None, "", "", "rule")


def test_touched_tasks_are_left_out_of_one_line() -> None:
    rows = {
        Role.BASE: [_row(task.task_id, False) for task in TASKS],
        Role.FINETUNED: [_row(task.task_id, task.task_id == "t/0") for task in TASKS],
    }
    for touched, lines in ((("t/0",), 1), ((), 0), (tuple(t.task_id for t in TASKS), 0)):
        settings = StatisticsSettings(touched=touched, resamples=1000, permutations=1000)
        metrics = compute_metrics(
            TASKS, rows, Mode.NO_POLICY, dict.fromkeys(Role, 1), [1], settings
        )
        found = [line for line in metrics.sensitivity if line.view == UNTOUCHED]
        assert len(found) == lines
        for line in found:
            assert (line.tasks, line.difference) == (3, 0.0)
        assert metrics.roles[Role.FINETUNED].pass_at_k[0].value == 0.25
