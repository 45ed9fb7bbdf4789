"""A stub: code that compiles in place of a solution and gives no answer."""

from __future__ import annotations

from evalpkg.models import Task

STUB = "    todo!()\n}\n"


def stub(task: Task) -> str:
    """A completion of ``task`` that does nothing."""
    if "-> impl " in task.prompt:
        # Something must have the type that is promised.
        return "    if true { todo!() }\n    Vec::new().into_iter()\n}\n"
    return STUB
