"""MultiPL-E's HumanEval and MBPP for Rust: each row has a prompt, and a ``fn main`` with asserts.

https://github.com/nuprl/MultiPL-E (BSD-3-Clause with a clause on training). The original calls the
tests ``tests``; some copies call them ``test`` and also name the entry point. The tests may begin
with the brace that closes the prompt's function. There are no reference solutions.
"""

from __future__ import annotations

import re

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, RowError, functions, last_function, text

_ORIGIN = re.compile(r"(HumanEval|mbpp)_(\d+)_")


def is_multipl_e(row: Row) -> bool:
    """Tell whether a row has MultiPL-E's fields."""
    return "tests" in row or ("name" in row and "test" in row and "task_id" not in row)


def convert(row: Row) -> Task:
    """Convert a row of MultiPL-E.

    Raises:
        RowError: if a field is missing, or the row is for another language.
    """
    name, prompt = text(row, "name"), text(row, "prompt")
    if row.get("language", "rs") not in ("rs", "rust"):
        raise RowError(f"{name} is a task for {row['language']!r}, not for Rust")
    tests = text(row, "tests" if "tests" in row else "test").lstrip().removeprefix("}").lstrip()
    if "main" not in functions(tests):
        raise RowError(
            f"the tests of {name} have no `fn main`: MultiPL-E's close the prompt's brace and "
            "define `fn main` with asserts"
        )
    return Task(
        task_id=name,
        prompt=prompt,
        entry_point=last_function(prompt),
        test=tests,
        canonical_solution=text(row, "canonical_solution", ""),
        edition=text(row, "edition", "2021"),
        category=text(row, "category", ""),
        cluster=text(row, "cluster", "") or problem(name),
    )


def problem(name: str) -> str:
    """Return the problem that a name means: ``HumanEval/24`` for ``HumanEval_24_divisor``."""
    found = _ORIGIN.match(name)
    if found is None:
        return name
    return f"{'HumanEval' if found[1] == 'HumanEval' else 'MBPP'}/{found[2]}"
