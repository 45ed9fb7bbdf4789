"""HumanEval-X for Rust: a comment, a declaration with its imports, a solution and a test module.

https://github.com/THUDM/CodeGeeX (Apache-2.0). Rows name no entry point: the entry point is the
function that the declaration opens.
"""

from __future__ import annotations

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, last_function, text


def number_of(row: Row) -> str:
    """Return the number in a row's task id, such as ``24`` of ``Rust/24``."""
    return text(row, "task_id").rpartition("/")[2]


def convert(row: Row) -> Task:
    """Convert a row of HumanEval-X.

    Raises:
        RowError: if a field is missing.
    """
    number = number_of(row)
    prompt = text(row, "prompt").lstrip("\n") + text(row, "declaration")
    return Task(
        task_id=f"humaneval-x/{number}",
        prompt=prompt,
        entry_point=last_function(prompt),
        test=text(row, "test"),
        canonical_solution=text(row, "canonical_solution"),
        cluster=f"HumanEval/{number}",
    )
