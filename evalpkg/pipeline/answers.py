"""Counts answers that are empty or were cut off, and warns when there are many.

A model that spends its tokens on thoughts, or a server that filters answers, looks like a model
that cannot program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from evalpkg.models import Role, Sample

MANY = 0.05
"""Share of a model's answers from which on the user is warned."""

_ENOUGH = 40
"""Answers needed for a warning while more are still coming."""


class AnswerCounts:
    """Counts a run's answers, by model."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self._total: Counter[Role] = Counter()
        self._empty: Counter[Role] = Counter()
        self._cut: Counter[Role] = Counter()
        self._told: set[tuple[Role, str]] = set()
        for sample in samples:
            self.add(sample)

    def add(self, sample: Sample) -> None:
        """Count one answer."""
        self._total[sample.role] += 1
        self._empty[sample.role] += not sample.completion.strip()
        self._cut[sample.role] += sample.finish_reason == "length"

    def news(self) -> Iterator[str]:
        """Yield each warning once, as soon as enough answers support it."""
        for role, kind, text in self._complaints(_ENOUGH):
            if (role, kind) not in self._told:
                self._told.add((role, kind))
                yield text

    def complaints(self) -> list[str]:
        """Return the warnings that hold for the answers so far."""
        return [text for _, _, text in self._complaints(1)]

    def _complaints(self, enough: int) -> Iterator[tuple[Role, str, str]]:
        for role, total in self._total.items():
            if total < enough:
                continue
            for kind, count, words in (
                ("empty", self._empty[role], EMPTY),
                ("cut", self._cut[role], CUT_OFF),
            ):
                if count >= MANY * total:
                    share = f"{count / total:.0%} of the {role.value} model's answers"
                    yield role, kind, f"{share} ({count:,} of {total:,}) {words}"


EMPTY = (
    "are empty, and so they fail. Does the model spend its tokens on thoughts that the server "
    "keeps apart (raise --max-new-tokens), refuse, or call tools?"
)
CUT_OFF = (
    "were cut off at --max-new-tokens, and a program that was cut off seldom compiles. Raise it, "
    "or read what such an answer says."
)
