"""Counts answers that are empty or were cut off, and warns if there are many.

If a model spends its tokens on thoughts, or a server filters its answers, it looks like a model
that cannot program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from evalpkg.models import Role, Row, Sample

MANY = 0.05
"""Share of a model's answers from which the user is warned."""

_ENOUGH = 40
"""Answers needed for a warning while generation goes on."""


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
        self._count(sample.role, sample)

    def _count(self, role: Role, answer: Sample | Row) -> None:
        self._total[role] += 1
        self._empty[role] += not answer.completion.strip()
        self._cut[role] += answer.finish_reason == "length"

    @classmethod
    def of_rows(cls, rows: Mapping[Role, Iterable[Row]]) -> AnswerCounts:
        """Count the answers of a finished run."""
        counts = cls()
        for role in Role:
            for row in rows.get(role, ()):
                counts._count(role, row)
        return counts

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
                    share = f"{count / total:.0%} of the {role.in_words} model's answers"
                    yield role, kind, f"{share} ({count:,} of {total:,}) {words}"


EMPTY = (
    "are empty, and so they fail. Does the model spend its tokens on thoughts that the server "
    "keeps apart (raise --max-new-tokens), refuse, or call tools?"
)
CUT_OFF = (
    "were cut off at --max-new-tokens, and a program that was cut off seldom compiles. Raise it, "
    "or read what such an answer says."
)


def tells_of_cuts(warning: str) -> bool:
    """Tell whether the warning is the one about answers that were cut off."""
    return warning.endswith(CUT_OFF)


def with_answer_warnings(warnings: Iterable[str], rows: Mapping[Role, Iterable[Row]]) -> list[str]:
    """Return a run's warnings; those about answers come first, made again from its rows."""
    others = [text for text in warnings if not text.endswith((EMPTY, CUT_OFF))]
    return [*AnswerCounts.of_rows(rows).complaints(), *others]
