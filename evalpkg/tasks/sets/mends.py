"""Repairs faults that a whole set shares, in its ``repaired`` variant.

Every prompt of HumanEval-X, and of the sets made from it, imports three crates that few of its
solutions use. Without those crates nothing compiles. HumanEvalPack's prompts also define a
``main``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from evalpkg.extraction import CRATE_IMPORTS, EMPTY_MAIN
from evalpkg.models import Task

_USED = re.compile(rf"\b(?:{'|'.join(CRATE_IMPORTS)}|Regex|gen_range)\b")


def with_crates(task: Task, crates: tuple[str, ...]) -> Task:
    """Return ``task`` with the ``crates`` of its set, if its texts name any of them."""
    text = task.prompt + task.test + task.canonical_solution
    names = "|".join(re.escape(one.partition(" ")[0]) for one in crates)
    named = bool(crates) and re.search(rf"\b(?:{names})\b", text)
    return replace(task, crates=crates) if named else task


_TWO_BOUNDS = re.compile(r"\bgen_range\(([^(),]+), ([^(),]+)\)")


def with_ranges(task: Task) -> Task:
    """Return ``task`` with tests for rand 0.8.

    The published tests are for rand 0.4, which takes the two bounds of a range as two arguments.
    """
    if not task.crates:
        return task
    test = _TWO_BOUNDS.sub(r"gen_range(\1..\2)", task.test)
    if test == task.test:
        return task
    crates = tuple("rand 0.8" if one.startswith("rand ") else one for one in task.crates)
    return replace(task, test=test, crates=crates, erratum="wrong_test: it is for rand 0.4")


def without_unused_crates(task: Task) -> Task:
    """Return ``task`` without imports of crates that its code does not use.

    A task whose solution or tests use such a crate stays as it is, and is judged with it.
    """
    lines = task.prompt.splitlines(keepends=True)
    kept = [line for line in lines if line.strip() not in CRATE_IMPORTS.values()]
    prompt = EMPTY_MAIN.sub("", "".join(kept))
    if prompt == task.prompt or _USED.search(task.canonical_solution + task.test):
        return task
    return replace(
        task,
        prompt=prompt,
        erratum="wrong_prompt: it imports crates that neither the solution nor the tests use",
    )
