"""The overlay: repaired prompts, solutions and tests for rows that are known to be broken.

An entry of ``overlay/*.toml`` names the row that it was written for by the digest of its text
(``row_sha256``). It applies to that row wherever it comes from, and to no other. ``ERRATA.md`` is
generated from the same files.
"""

from __future__ import annotations

import hashlib
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

from evalpkg.models import Task


class RepairKind(StrEnum):
    """The kinds of fault that a row of the data set can have."""

    TRUNCATED_TEST = "truncated_test"
    """The test module is cut off, so that no program compiles with it."""
    WRONG_CANONICAL = "wrong_canonical"
    """The reference solution does not do what the prompt asks."""
    WRONG_TEST = "wrong_test"
    """The test rejects answers that the prompt allows."""
    WRONG_PROMPT = "wrong_prompt"
    """The prompt describes another function than the tests check."""
    MISSING_IMPORT = "missing_import"
    """The signature uses a name that is not imported."""
    STRENGTHENED = "strengthened"
    """The test accepted wrong answers; asserts were added."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The changes that one overlay entry makes in one row.

    A field that is None stays as it is.

    Attributes:
        task_id: task of the row.
        row_sha256: digest of the row that the entry was written for.
        kinds: kinds of fault in the row.
        reason: what is wrong with the row, for readers of ``ERRATA.md``.
        prompt: the repaired prompt.
        canonical_solution: the repaired solution.
        test: the repaired test module.
        added_test: statements that run as one more ``#[test]`` beside the row's own.
    """

    task_id: str
    row_sha256: str
    kinds: tuple[RepairKind, ...]
    reason: str
    prompt: str | None = None
    canonical_solution: str | None = None
    test: str | None = None
    added_test: str | None = None

    @property
    def label(self) -> str:
        """Text of ``Task.erratum``."""
        return f"{', '.join(self.kinds)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Overlay:
    """All repairs.

    Attributes:
        repairs: the repairs, by task id.
        digest: sha256 over the names and bytes of the overlay's files.
    """

    repairs: Mapping[str, Repair]
    digest: str


def row_sha256(task: Task) -> str:
    """Digest the parts of a row that a repair may change."""
    parts = (task.prompt, task.canonical_solution, task.test)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def load_overlay() -> Overlay:
    """Read the overlay that ships with the package."""
    folder = resources.files("evalpkg.tasks") / "overlay"
    digest = hashlib.sha256()
    repairs: dict[str, Repair] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        content = file.read_bytes()
        digest.update(file.name.encode() + b"\0" + content + b"\0")
        for entry in tomllib.loads(content.decode())["repair"]:
            repair = _repair(entry)
            if repair.task_id in repairs:
                raise ValueError(f"{file.name}: {repair.task_id} is repaired twice")
            repairs[repair.task_id] = repair
    return Overlay(repairs, digest.hexdigest())


def repaired(task: Task, overlay: Overlay) -> Task:
    """Return ``task`` with its repair, or unchanged if there is none for this very row."""
    repair = overlay.repairs.get(task.task_id)
    if repair is None or repair.row_sha256 != row_sha256(task):
        return task
    test = task.test if repair.test is None else repair.test
    if repair.added_test is not None:
        test = _with_added(test, repair.added_test)
    canonical = repair.canonical_solution
    return replace(
        task,
        prompt=task.prompt if repair.prompt is None else repair.prompt,
        canonical_solution=task.canonical_solution if canonical is None else canonical,
        test=test,
        erratum="; ".join(filter(None, (task.erratum, repair.label))),
    )


def _repair(entry: dict[str, Any]) -> Repair:
    kinds = tuple(RepairKind(kind) for kind in entry.pop("kinds"))
    reason = " ".join(entry.pop("reason").split())
    texts = {name: value.strip("\n") for name, value in entry.items()}
    return Repair(kinds=kinds, reason=reason, **texts)


def _with_added(test: str, statements: str) -> str:
    """Add a ``#[test]`` function to ``test``, before the closing brace of its module."""
    module = test.rstrip().removesuffix("}").rstrip()
    body = textwrap.indent(textwrap.dedent(statements).strip("\n"), " " * 12)
    return f"{module}\n\n        #[test]\n        fn added_asserts() {{\n{body}\n        }}\n    }}"


@lru_cache(maxsize=1)
def equivalent_mutants() -> Mapping[str, Mapping[str, str]]:
    """Return the reasons why mutants are equivalent, by task id and mutant name."""
    file = resources.files("evalpkg.tasks") / "equivalent.toml"
    mutants: dict[str, dict[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return mutants
