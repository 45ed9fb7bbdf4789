"""The checks that ``verify`` made, and how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should hold.

    Attributes:
        detail: what was compared, or how many things are wrong.
        problems: each thing that is wrong: the file or row, what was expected, what was found.
    """

    name: str
    ok: bool
    detail: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of a run, in the order made."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return all(check.ok for check in self.checks)


MOST = 50
"""Problems of one kind that a reader is shown."""


def printable(text: str) -> str:
    """``text`` with control characters escaped: parts of it were written by a model."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def conclude(name: str, problems: Sequence[str], held: str) -> Check:
    """A check that holds if there are no problems; ``held`` then says what was compared."""
    if not problems:
        return Check(name, True, held)
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    if len(problems) > MOST:
        count += f", the first {MOST} of them"
    return Check(name, False, count, tuple(printable(problem) for problem in problems[:MOST]))
