"""Find where our verdicts and the peer's differ, and explain each difference by experiment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from evalpkg.models import UNJUDGED, Task, Verdict, VerdictKind
from evalpkg.scoring.peer.faults import PeerFault, Question, Rung, ladder, row_fault
from evalpkg.scoring.peer.runner import PeerSettings, PeerVerdict, peer_verdicts

Unconfined = Callable[[Sequence[Question]], Sequence[Verdict]]
"""A function that judges programs with our scorer and no sandbox."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One sample on which the two scorers differ.

    Attributes:
        position: index of the sample.
        faults: the faults to repair in the peer before it agrees; empty if no known repair helps.
    """

    position: int
    question: Question
    ours: Verdict
    theirs: PeerVerdict
    faults: tuple[PeerFault, ...] = ()


@dataclass(frozen=True, slots=True)
class PeerComparison:
    """The comparison of all samples.

    Attributes:
        samples: the number of samples.
        agreed: the number of samples on which both scorers agree.
        disagreements: the samples on which they differ.
        not_judged: positions of samples that either side could not judge.
    """

    samples: int
    agreed: int
    disagreements: tuple[Disagreement, ...]
    not_judged: tuple[int, ...] = ()

    @property
    def unexplained(self) -> tuple[Disagreement, ...]:
        """The differences that no known fault of the peer explains."""
        return tuple(found for found in self.disagreements if not found.faults)


def compare(
    questions: Sequence[Question],
    ours: Sequence[Verdict],
    theirs: Sequence[PeerVerdict],
    settings: PeerSettings,
    unconfined: Unconfined | None = None,
) -> PeerComparison:
    """Find the differences and explain each by repairing one fault of the peer after another.

    Args:
        questions: the samples.
        ours: our verdict on each.
        theirs: the peer's verdict on each.
        settings: how the peer was run.
        unconfined: our scorer with its sandbox off; it shows which programs fail only because of
            the sandbox.

    Raises:
        EnvironmentUnfitError: if the peer could not be run again.
    """
    differing, skipped = [], []
    for position, (question, mine, peers) in enumerate(zip(questions, ours, theirs, strict=True)):
        infra = (peers.error_type or "").startswith("infra")
        if mine.kind in UNJUDGED or infra:
            skipped.append(position)
        elif mine.passed != peers.passed:
            differing.append(Disagreement(position, question, mine, peers))
    explained = {found.position: found for found in differing}
    for passed in (True, False):
        for edition in sorted({found.question.task.edition for found in differing}):
            group = [
                found
                for found in differing
                if found.ours.passed is passed and found.question.task.edition == edition
            ]
            steps = ladder(settings, edition, ours_passed=passed)
            explained.update(_climb(group, steps, settings, passed))
    if unconfined is not None:
        explained.update(_without_sandbox(list(explained.values()), unconfined))
    found = tuple(explained[position] for position in sorted(explained))
    agreed = len(questions) - len(found) - len(skipped)
    return PeerComparison(len(questions), agreed, found, tuple(skipped))


def _climb(
    group: list[Disagreement], steps: list[Rung], settings: PeerSettings, passed: bool
) -> dict[int, Disagreement]:
    """Try repair after repair until the peer agrees: first with its own row, then with ours."""
    done: dict[int, Disagreement] = {}
    plain = Rung(PeerFault.WRONG_ROW, settings, whole_program=False)
    for repaired_row in (False, True):
        left = [
            found
            for found in group
            if found.position not in done and (not repaired_row or _differs(found))
        ]
        for step in [plain, *steps] if repaired_row else steps:
            asked = [step.ask(f.question, _row(f.question, repaired_row)) for f in left]
            verdicts = peer_verdicts(asked, step.settings)
            for found, verdict in zip(left, verdicts, strict=True):
                if verdict.passed is passed:
                    faults = [row_fault(found.question.task)] if repaired_row else []
                    faults += [] if step is plain else [step.fault]
                    done[found.position] = replace(found, faults=tuple(faults))
            left = [found for found in left if found.position not in done]
    return done


def _row(question: Question, repaired: bool) -> Task:
    return question.task if repaired else question.row


def _differs(found: Disagreement) -> bool:
    task, row = found.question.task, found.question.row
    return (task.test, task.prompt) != (row.test, row.prompt)


def _without_sandbox(
    disagreements: list[Disagreement], unconfined: Unconfined
) -> dict[int, Disagreement]:
    """Explain programs that we fail only because of the sandbox or a limit: the peer has none."""
    left = [found for found in disagreements if not found.faults and not found.ours.passed]
    limited = [found for found in left if found.ours.kind is VerdictKind.RESOURCE_LIMIT]
    others = [found for found in left if found not in limited]
    verdicts = unconfined([found.question for found in others]) if others else []
    freed = [found for found, free in zip(others, verdicts, strict=True) if free.passed]
    fault = (PeerFault.NOTHING_CONFINED,)
    return {found.position: replace(found, faults=fault) for found in [*limited, *freed]}
