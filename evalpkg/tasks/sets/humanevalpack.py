"""HumanEvalPack for Rust: a repaired HumanEval-X, with a buggy solution beside each correct one.

https://github.com/bigcode-project/octopack (MIT). Nine rows name an entry point that their prompt
does not open; the function that the prompt opens is taken instead. Two sets are made from the rows:
one asks for the function, the other (``humanevalpack-fix``) asks to fix a bug in it.
"""

from __future__ import annotations

from evalpkg.models import Task
from evalpkg.tasks.fields import Row, last_function, text
from evalpkg.tasks.sets.humaneval_x import number_of


def convert(row: Row) -> Task:
    """Convert a row to the task of writing the function from its description.

    Raises:
        RowError: if a field is missing.
    """
    prompt = text(row, "prompt")
    return _task(row, "humanevalpack", prompt)


def convert_fix(row: Row) -> Task:
    """Convert a row to the task of writing the function again without the bug shown.

    Raises:
        RowError: if a field is missing.
    """
    declaration = text(row, "declaration")
    signature = declaration.rstrip().rpartition("\n")[2]
    body = text(row, "buggy_solution").strip("\n")
    buggy = "\n".join(f"// {line}".rstrip() for line in (signature, *body.splitlines()))
    imports = declaration.rstrip().removesuffix(signature).strip("\n")
    head = f"{imports}\n\n" if imports else ""
    name = last_function(declaration)
    prompt = f"{head}// This version of `{name}` has a bug:\n{buggy}\n// Fixed:\n{signature}\n"
    return _task(row, "humanevalpack-fix", prompt)


def _task(row: Row, name: str, prompt: str) -> Task:
    number = number_of(row)
    return Task(
        task_id=f"{name}/{number}",
        prompt=prompt,
        entry_point=last_function(prompt),
        test=text(row, "test"),
        canonical_solution=text(row, "canonical_solution"),
        category=text(row, "bug_type", ""),
        cluster=f"HumanEval/{number}",
    )
