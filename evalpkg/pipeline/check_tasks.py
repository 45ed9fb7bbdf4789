"""Which tasks of a file can be judged, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evalpkg.scoring import Scorer
from evalpkg.scoring.gate import gold_gate
from evalpkg.scoring.scoring_settings import ScoringSettings
from evalpkg.tasks.rows import read_rows


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """One line of the file.

    Attributes:
        line: of the file, from 1.
        task_id: empty where the line is no task.
        problem: why the task cannot be judged, empty where it can.
        solved: whether the row brings a solution, and that solution passed.
    """

    line: int
    task_id: str
    problem: str = ""
    solved: bool = False


def check_tasks(
    path: Path, settings: ScoringSettings, begin: Callable[[int], None] = lambda _: None
) -> list[TaskCheck]:
    """Build the tests of every task, and try its solution, a stub and a few wrong programs.

    Args:
        path: JSON Lines of tasks.
        settings: of the scorer.
        begin: called with the number of tasks before they are tried.

    Raises:
        DataError: if the file cannot be read.
        SandboxUnavailableError, EnvironmentUnfitError: as ``Scorer``.
    """
    rows = read_rows(path)
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
