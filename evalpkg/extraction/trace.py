"""Records the steps of an extraction, for ``evalpkg explain``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt or change, and its outcome."""

    what: str
    outcome: str


@dataclass(slots=True)
class Trace:
    """The steps of one extraction, in order, and the work it took (``budget.py``)."""

    steps: list[Step] = field(default_factory=list)
    work: int = 0

    def add(self, what: str, outcome: str) -> None:
        """Record a step."""
        self.steps.append(Step(what, outcome))
