"""The gate before a run: canonical solutions pass, stubs fail.

The sandbox proves itself when the scorer is made; what is left is to see that this machine's
verdicts on programs with a known answer are the known ones.
"""

from __future__ import annotations

from typing import Any

from evalpkg.errors import GateError
from evalpkg.models import Task
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer
from evalpkg.scoring.gate import gold_gate

NAMED = 50
"""A failed gate names this many tasks; the rest are counted."""


def self_check(
    scorer: Scorer, tasks: tuple[Task, ...], allow_failed: bool, progress: Progress
) -> dict[str, Any]:
    """Run the gate and say in words how it ended.

    Args:
        scorer: that of the run.
        tasks: those of the run.
        allow_failed: go on where the gate fails; the outcome says so.
        progress: gets the phase and the outcome.

    Raises:
        GateError: naming each task that failed and why.
    """
    progress.phase("self-check", len(tasks))
    failures = gold_gate(scorer, tasks).failures
    if not failures:
        outcome = f"all {len(tasks)} canonical solutions passed and all stubs failed"
        return {"passed": True, "overridden": False, "outcome": outcome}
    lines = [f"{task_id}: {why}" for task_id, why in failures[:NAMED]]
    if len(failures) > NAMED:
        lines.append(f"and {len(failures) - NAMED} more")
    summary = f"the self-check failed for {len(failures)} of {len(tasks)} tasks"
    if not allow_failed:
        raise GateError(
            summary + ":\n  " + "\n  ".join(lines),
            "A data set with these faults cannot be trusted: see ERRATA.md, or leave them out "
            "with --task-ids. --allow-failed-gate goes on all the same; the results will say so.",
        )
    progress.note(f"{summary}; going on, as asked")
    return {"passed": False, "overridden": True, "outcome": summary + ": " + "; ".join(lines)}
