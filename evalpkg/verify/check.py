"""The checks that ``verify`` made, and how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalpkg.printable import printable


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should hold.

    Attributes:
        detail: what was compared, or how many things are wrong.
        problems: each thing that is wrong: the file or row, what was expected, what was found.
        left_out: each thing that could not be compared, and why.
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
        """Tell whether everything holds that was compared."""
        return all(check.ok for check in self.checks)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Everything that could not be compared."""
        return tuple(text for check in self.checks for text in check.left_out)


MOST = 50
"""Problems of one kind that a reader is shown."""


def conclude(name: str, problems: Sequence[str], held: str, left_out: Sequence[str] = ()) -> Check:
    """A check that holds if there are no problems; ``held`` then says what was compared."""
    apart = tuple(map(printable, left_out))
    if not problems:
        return Check(name, True, held, left_out=apart)
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    if len(problems) > MOST:
        count += f", the first {MOST} of them"
    shown = tuple(printable(problem) for problem in problems[:MOST])
    return Check(name, False, count, shown, apart)
