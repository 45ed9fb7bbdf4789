"""The words of a self-check that passed; they follow from the tasks."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.models import Task


def self_check_passed(tasks: Sequence[Task]) -> str:
    """Describe a check without failures; not every data set has solutions."""
    solved = sum(bool(task.canonical_solution.strip()) for task in tasks)
    if solved == len(tasks):
        return f"all {solved} canonical solutions passed and all stubs failed"
    lack = f"{len(tasks) - solved} of {len(tasks)} tasks have no canonical solution to try"
    return f"{lack}; all others passed, and all stubs failed"
