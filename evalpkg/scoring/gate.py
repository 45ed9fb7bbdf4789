"""The gold gate: check before a run that each task passes its solution and fails wrong programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.extraction import extract
from evalpkg.models import Task, VerdictKind
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.signature import read_signature
from evalpkg.scoring.untravelled import in_terms_of_the_task, what_may_be_lost
from evalpkg.tasks import equivalent_mutants, mutants, stub

A_STUB = "a stub"
FAILED_IN_TESTS = (VerdictKind.PANICKED, VerdictKind.TEST_FAILED)
"""Verdicts on a stub that show that the tests were built and called it."""
CANONICAL = "the canonical solution"
MUTANTS = 2
"""The number of mutants of the canonical solution that are tried for each task."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The findings of the gold gate.

    Attributes:
        tasks: the number of tasks checked.
        failures: (task id, reason) for each task that failed the check.
        unjudged: ids of those among them whose programs this machine could not judge.
    """

    tasks: int
    failures: tuple[tuple[str, str], ...]
    unjudged: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """True if no task failed."""
        return not self.failures


def gold_gate(scorer: Scorer, tasks: Sequence[Task]) -> GateReport:
    """Judge every task's canonical solution, a stub, and a few mutants of the solution.

    Mutants known to be equivalent to the solution are left out (``ERRATA.md`` lists them). What
    ends as an infrastructure error is judged once more, as in a run.
    """
    trials = [(task, name, text) for task in tasks for name, text in _trials(task)]
    programs = [(task, extract(task, text)) for task, _, text in trials]
    verdicts = scorer.judge_all(programs)
    again = [place for place, one in enumerate(verdicts) if one.kind is VerdictKind.INFRA_ERROR]
    for place, verdict in zip(again, scorer.judge_all([programs[n] for n in again]), strict=True):
        verdicts[place] = verdict
    failures: dict[str, str] = {}
    unjudged: dict[str, str] = {}
    for (task, name, _), verdict in zip(trials, verdicts, strict=True):
        if verdict.kind is VerdictKind.INFRA_ERROR:
            why = f"{name} could not be judged: {verdict.detail[:300]}"
            unjudged.setdefault(task.task_id, why)
        elif verdict.kind is VerdictKind.TASK_FAULT:
            failures[task.task_id] = f"the tests cannot be used: {verdict.detail[:300]}"
        elif name == CANONICAL and "evalwire" in verdict.detail:
            why = in_terms_of_the_task(
                verdict.detail, task, read_signature(task.prompt, task.entry_point)
            )
            failures[task.task_id] = why
        elif name == CANONICAL and not verdict.passed:
            hint = what_may_be_lost(read_signature(task.prompt, task.entry_point))
            why = f"{name} does not pass: {verdict.kind.value} ({verdict.detail[:200]})"
            failures[task.task_id] = hint or why
        elif name != CANONICAL and verdict.passed:
            failures.setdefault(task.task_id, f"{name} passes: the tests are too weak")
        elif name == A_STUB and verdict.kind not in FAILED_IN_TESTS:
            why = f"{name} does not fail in the tests: {verdict.kind.value}"
            failures.setdefault(task.task_id, f"{why} ({verdict.detail[:200]})")
    both = unjudged | failures  # a fault of a task is not the machine's
    named = tuple((task.task_id, both[task.task_id]) for task in tasks if task.task_id in both)
    return GateReport(len(tasks), named, frozenset(unjudged.keys() - failures.keys()))


def _trials(task: Task) -> list[tuple[str, str]]:
    """Return (name, text) of each completion to try; without a solution there is only the stub."""
    if not task.canonical_solution.strip():
        return [(A_STUB, stub(task))]
    known = equivalent_mutants().get(task.task_id, {})
    wrong = [mutant for mutant in mutants(task) if mutant.name not in known]
    return [
        (CANONICAL, task.canonical_solution),
        (A_STUB, stub(task)),
        *((f"the mutant '{mutant.name}'", mutant.source_completion) for mutant in wrong[:MUTANTS]),
    ]
