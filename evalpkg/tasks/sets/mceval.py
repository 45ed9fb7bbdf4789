"""McEval for Rust: 53 tasks; most of their prompts end before the opening brace of the body.

https://github.com/MCEVAL/McEval (CC BY-SA 4.0). Where the prompt lacks the brace, the solution
begins with it; it is moved to the prompt. The first five tasks are HumanEval's.
"""

from __future__ import annotations

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, RowError, last_function, text
from evalpkg.tasks.sets.humaneval_x import number_of

_FROM_HUMAN_EVAL = 5


def convert(row: Row) -> Task:
    """Convert a row of McEval.

    Raises:
        RowError: if a field is missing, or neither prompt nor solution opens the body.
    """
    number = number_of(row)
    prompt, solution = text(row, "prompt"), text(row, "canonical_solution")
    if not prompt.rstrip().endswith("{"):
        if not solution.lstrip().startswith("{"):
            raise RowError("neither the prompt nor the solution opens the function's body")
        prompt = f"{prompt.rstrip()} {{\n"
        solution = solution.lstrip().removeprefix("{")
    same = number.isdecimal() and int(number) <= _FROM_HUMAN_EVAL
    return Task(
        task_id=f"mceval/{number}",
        prompt=prompt,
        entry_point=last_function(prompt),
        test=text(row, "test"),
        canonical_solution=solution,
        category=text(row, "level", ""),
        cluster=f"HumanEval/{int(number) - 1}" if same else f"McEval/{number}",
    )
