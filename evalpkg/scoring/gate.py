"""The gold gate: before a run, each task's solution passes, and what is no solution does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.extraction import extract
from evalpkg.models import Task, VerdictKind
from evalpkg.scoring.scorer import Scorer
from evalpkg.tasks.mutants import mutants
from evalpkg.tasks.repairs import equivalent_mutants
from evalpkg.tasks.stub import stub

A_STUB = "a stub"
FAILED_IN_TESTS = (VerdictKind.PANICKED, VerdictKind.TEST_FAILED)
"""What becomes of a stub where the tests can be built and ask it anything."""
CANONICAL = "the canonical solution"
MUTANTS = 2
"""Mutants of the canonical solution that are tried for each task."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The findings of the gold gate.

    Attributes:
        failures: (task id, why) of each task that cannot be scored as it should.
    """

    tasks: int
    failures: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        """True if every task held."""
        return not self.failures


def gold_gate(scorer: Scorer, tasks: Sequence[Task]) -> GateReport:
    """Judge every canonical solution, a stub in its place, and a few mutants of it.

    Mutants known to be equivalent to the solution are left out (``ERRATA.md`` lists them).
    """
    trials = [(task, name, text) for task in tasks for name, text in _trials(task)]
    verdicts = scorer.judge_all([(task, extract(task, text)) for task, _, text in trials])
    failures: dict[str, str] = {}
    for (task, name, _), verdict in zip(trials, verdicts, strict=True):
        if verdict.kind is VerdictKind.TASK_FAULT:
            failures[task.task_id] = f"the tests cannot be used: {verdict.detail[:300]}"
        elif name == CANONICAL and not verdict.passed:
            why = f"{name} does not pass: {verdict.kind.value} ({verdict.detail[:200]})"
            failures[task.task_id] = why
        elif name != CANONICAL and verdict.passed:
            failures.setdefault(task.task_id, f"{name} passes: the tests are too weak")
        elif name == A_STUB and verdict.kind not in FAILED_IN_TESTS:
            why = f"{name} does not fail in the tests: {verdict.kind.value}"
            failures.setdefault(task.task_id, f"{why} ({verdict.detail[:200]})")
    return GateReport(len(tasks), tuple(failures.items()))


def _trials(task: Task) -> list[tuple[str, str]]:
    """Name and text of each completion to try; a data set without solutions gives only the stub."""
    if not task.canonical_solution.strip():
        return [(A_STUB, stub(task))]
    known = equivalent_mutants().get(task.task_id, {})
    wrong = [mutant for mutant in mutants(task) if mutant.name not in known]
    return [
        (CANONICAL, task.canonical_solution),
        (A_STUB, stub(task)),
        *((f"the mutant '{mutant.name}'", mutant.source_completion) for mutant in wrong[:MUTANTS]),
    ]
