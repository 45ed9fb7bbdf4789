"""Checks which tasks of a file can be judged, and says what is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evalpkg.scoring import Scorer, ScoringSettings, gold_gate
from evalpkg.tasks import read_published


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """The result for one line of the file.

    Attributes:
        line: line number, from 1.
        task_id: empty if the line holds no task.
        problem: why the task cannot be judged; empty if it can.
        solved: whether the row has a solution and it passed.
    """

    line: int
    task_id: str
    problem: str = ""
    solved: bool = False


def check_tasks(
    path: Path, settings: ScoringSettings, begin: Callable[[int], None] = lambda _: None
) -> list[TaskCheck]:
    """Build every task's tests, and try its solution, a stub and a few wrong programs.

    Args:
        path: JSON Lines file of tasks.
        settings: settings of the scorer.
        begin: called with the number of tasks before they are tried.

    Raises:
        DataError: if the file cannot be read.
        SandboxUnavailableError, EnvironmentUnfitError: as ``Scorer``.
    """
    rows = read_published(path)
    tasks = [task for _, task in rows.tasks]
    failures: dict[str, str] = {}
    if tasks:
        begin(len(tasks))
        scorer = Scorer(settings, tasks)
        try:
            failures = dict(gold_gate(scorer, tasks).failures)
        finally:
            scorer.close()
    checks = [TaskCheck(line, "", problem) for line, problem in rows.problems]
    for line, task in rows.tasks:
        problem = " ".join(failures.get(task.task_id, "").split())
        solved = bool(task.canonical_solution.strip()) and not problem
        checks.append(TaskCheck(line, task.task_id, problem, solved))
    return sorted(checks, key=lambda check: check.line)
