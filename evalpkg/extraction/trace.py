"""What extraction did, step by step, for people who want to know."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried or done, and what came of it."""

    what: str
    outcome: str


@dataclass(slots=True)
class Trace:
    """The steps of one extraction, in their order, and the work it took (budget.py)."""

    steps: list[Step] = field(default_factory=list)
    work: int = 0

    def add(self, what: str, outcome: str) -> None:
        """Note a step."""
        self.steps.append(Step(what, outcome))
