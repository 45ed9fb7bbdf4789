"""The report says what is left without the tasks that the training data hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalpkg.models import Mode, Role, Row, Task, VerdictKind
from evalpkg.reporting import render_reports
from evalpkg.reporting.view.untouched import untouched_sentence
from evalpkg.statistics import Metrics, StatisticsSettings, compute_metrics
from evalpkg.store import RunLayout, read_rows, read_tasks
from tests.unit.reporting.report_runs import make_run


def _row(task: Task, passed: bool) -> Row:
    verdict = VerdictKind.PASSED if passed else VerdictKind.TEST_FAILED
    return Row(task.task_id, 0, "", verdict, passed, True, True, None, "", "", "rule")


def metrics(tasks: int, touched: int, roles: tuple[Role, ...] = tuple(Role)) -> Metrics:
    asked = [Task(f"t/{i}", "", "f", "", cluster=f"t/{i}") for i in range(tasks)]
    rows = {}
    for role in roles:
        passed = [role is Role.FINETUNED and i % 2 == 0 for i in range(tasks)]
        rows[role] = [_row(task, one) for task, one in zip(asked, passed, strict=True)]
    settings = StatisticsSettings(
        touched=tuple(f"t/{i}" for i in range(touched)), resamples=1000, permutations=1000
    )
    return compute_metrics(asked, rows, Mode.NO_POLICY, dict.fromkeys(roles, 1), [1], settings)


def test_a_run_without_findings_says_nothing() -> None:
    assert untouched_sentence(metrics(8, 0)) == ""


def test_a_run_of_touched_tasks_only_has_no_result_without_them() -> None:
    assert "hold all 8 tasks" in untouched_sentence(metrics(8, 8))


@pytest.mark.parametrize(
    ("tasks", "touched", "said", "advice"),
    [
        (8, 7, "hold 7 of 8 tasks; 1 task is left.", "Draw no conclusion"),
        (80, 77, "hold 77 of 80 tasks; 3 tasks are left.", "Draw no conclusion"),
        (80, 70, "hold 70 of 80 tasks; 10 tasks are left.", "moves the result by 10.0 points"),
        (80, 20, "hold 20 of 80 tasks; 60 tasks are left.", "the difference at pass@1 is +50.0"),
    ],
)
def test_the_fewer_tasks_are_left_the_less_is_concluded(
    tasks: int, touched: int, said: str, advice: str
) -> None:
    sentence = untouched_sentence(metrics(tasks, touched))
    assert said in sentence
    assert advice in sentence


def test_one_model_has_no_difference_to_tell_of() -> None:
    sentence = untouched_sentence(metrics(80, 20, (Role.BASE,)))
    assert sentence == "The training data hold 20 of 80 tasks; 60 tasks are left."


def test_both_reports_carry_the_sentence(tmp_path: Path) -> None:
    layout: RunLayout = make_run(tmp_path)
    tasks = read_tasks(layout.tasks)
    rows = {role: read_rows(layout.samples(Mode.NO_POLICY, role)) for role in Role}
    settings = StatisticsSettings(
        touched=tuple(task.task_id for task in tasks), resamples=1000, permutations=1000
    )
    computed = compute_metrics(tasks, rows, Mode.NO_POLICY, dict.fromkeys(Role, 4), [1], settings)
    layout.metrics(Mode.NO_POLICY).write_text(computed.to_json(), encoding="utf-8")
    reports = render_reports(tmp_path)
    for page in (layout.comparison(Mode.NO_POLICY), layout.html):
        assert "The training data hold all 12 tasks" in reports[page]
