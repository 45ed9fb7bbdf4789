"""The checks of ``verify`` and their results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.printable import printable


@dataclass(frozen=True, slots=True)
class Check:
    """One check and its result.

    Attributes:
        detail: the subject of the comparison, or the number of problems.
        problems: each problem with its file or row, the expected and the found value.
        left_out: each comparison that was not possible, with the reason.
    """

    name: str
    ok: bool
    detail: str
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of a run, in the order made."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every comparison succeeded."""
        return all(check.ok for check in self.checks)

    @property
    def left_out(self) -> tuple[str, ...]:
        """List every comparison that was not possible."""
        return tuple(text for check in self.checks for text in check.left_out)


MOST = 50
"""Largest number of shown problems of one kind."""


def conclude(name: str, problems: Sequence[str], held: str, left_out: Sequence[str] = ()) -> Check:
    """Make a check that succeeds if there are no problems; ``held`` is its detail then."""
    apart = tuple(map(printable, left_out))
    if not problems:
        return Check(name, True, held, left_out=apart)
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    if len(problems) > MOST:
        count += f", the first {MOST} of them"
    shown = tuple(printable(problem) for problem in problems[:MOST])
    return Check(name, False, count, shown, apart)
