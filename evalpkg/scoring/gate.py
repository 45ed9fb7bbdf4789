"""The gold gate: before a run, each task's canonical solution passes and a stub does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.extraction import extract
from evalpkg.models import Extraction, Task, Verdict
from evalpkg.scoring.scorer import Scorer

STUB = "    todo!()\n}\n"


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate found.

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
    """Judge every canonical solution and a stub in its place."""
    items: list[tuple[Task, Extraction]] = []
    for task in tasks:
        items.append((task, extract(task, task.canonical_solution)))
        items.append((task, extract(task, STUB)))
    found: dict[int, Verdict] = {}

    def keep(position: int, verdict: Verdict, _cached: bool) -> None:
        found[position] = verdict

    scorer.judge(items, keep)
    failures = []
    for index, task in enumerate(tasks):
        gold, stub = found[2 * index], found[2 * index + 1]
        if not gold.passed:
            why = f"the canonical solution does not pass: {gold.kind.value} ({gold.detail[:200]})"
            failures.append((task.task_id, why))
        elif stub.passed:
            failures.append((task.task_id, "a stub passes: the tests test nothing"))
    return GateReport(len(tasks), tuple(failures))
