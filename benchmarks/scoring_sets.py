"""Sample files for the scoring benchmark, made from canonical solutions by stated mutations.

The completions are synthetic: no model wrote them. ``distinct`` has each canonical once; ``mix``
has six distinct completions a task, two of which fail; ``repeated`` draws 100 a task from 32.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from evalpkg.models import Task

SEED = 1234
UNIQUE_OF_100 = 32
"""Distinct completions among 100 of one task in the set with duplicates; an assumption."""

PASSING: tuple[Callable[[str, int], str], ...] = (
    lambda body, n: f"// variant {n}\n    {body}",
    lambda body, n: f"let _variant = {n};\n    {body}",
    lambda body, n: f"debug_assert!({n} < {n + 1});\n    {body}",
    lambda body, n: f'const _NAME: &str = "variant {n}";\n    {body}',
)
FAILING: tuple[Callable[[str, int], str], ...] = (
    lambda body, n: f"undefined_{n}();\n    {body}",
    lambda body, n: f'let _text: i32 = "{n}";\n    {body}',
    lambda body, n: f"let a{n} = String::new(); let _b = a{n}; drop(a{n});\n    {body}",
    lambda body, n: f"// cut {n}\n    {body[: len(body) * 3 // 5]}",
    lambda body, n: f'if {n} > 0 {{ panic!("variant {n}"); }}\n    {body}',
    lambda body, n: f"// stub {n}\n    Default::default()\n}}",
)
"""An undefined name, a type error, a borrow error, a cut, a panic, and a wrong answer."""

Row = dict[str, str]


def distinct(tasks: Sequence[Task]) -> Iterator[Row]:
    """Each canonical solution once."""
    for task in tasks:
        yield _row(task, task.canonical_solution)


def mix(tasks: Sequence[Task]) -> Iterator[Row]:
    """Four right and two wrong completions a task, all different."""
    rng = random.Random(SEED)
    for task in tasks:
        right = [make(task.canonical_solution, 1) for make in PASSING]
        wrong = [make(task.canonical_solution, 1) for make in rng.sample(FAILING, 2)]
        yield from (_row(task, text) for text in [*right, *wrong])


def groups(tasks: Sequence[Task], count: int, size: int) -> Iterator[Row]:
    """Different completions, ``size`` of a task one after the other; a third of them fail."""
    for number in range(count):
        yield _row(task := tasks[number // size % len(tasks)], _numbered(task, number))


def repeated(tasks: Sequence[Task], per_task: int = 100) -> Iterator[Row]:
    """``per_task`` completions a task, of which a third are distinct and a third of those fail."""
    rng = random.Random(SEED)
    for task in tasks:
        count = max(1, per_task * UNIQUE_OF_100 // 100)
        unique = [_numbered(task, number) for number in range(count)]
        drawn = [*unique, *rng.choices(unique, k=per_task - count)]
        rng.shuffle(drawn)
        yield from (_row(task, text) for text in drawn)


def write(path: Path, rows: Iterator[Row]) -> list[Row]:
    """The set as a samples file."""
    kept = list(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    return kept


def _numbered(task: Task, number: int) -> str:
    makers = FAILING if number % 3 == 2 else PASSING
    return makers[number // 3 % len(makers)](task.canonical_solution, number)


def _row(task: Task, completion: str) -> Row:
    return {"task_id": task.task_id, "completion": completion}
