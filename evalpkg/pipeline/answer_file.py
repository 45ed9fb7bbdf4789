"""Writes ``verdicts.jsonl``: a verdict for each row of the scored files, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evalpkg.pipeline.session import Session
from evalpkg.store import SampleKey, ScoredSample, canonical_json, write_lines

FIELDS = (
    "compile_ok",
    "main_free",
    "error_code",
    "detail",
    "extraction_rule",
    "program_sha256",
)
"""Fields of an answer after ``verdict`` and ``passed``, in their order; ``Row`` explains them."""


def write_answers(session: Session, scored: Mapping[SampleKey, ScoredSample]) -> None:
    """Write the file if the session was given samples to score.

    Args:
        session: the run.
        scored: the judgement that counts for each of its samples.

    Raises:
        EnvironmentUnfitError: if it cannot be written.
    """
    if not session.wants_answers:
        return
    write_lines(session.layout.answers, _lines(session, scored))


def _lines(session: Session, scored: Mapping[SampleKey, ScoredSample]) -> Iterator[str]:
    several = len(session.recorded) > 1
    for role, recorded in session.recorded.items():
        for row, index in zip(recorded.rows, recorded.indexes, strict=True):
            judged = scored.get((role, row["task_id"], index))
            if judged is not None:
                head = {"role": role.value} if several else {}
                yield canonical_json(head | answer_row(row, index, answer_of(judged))) + "\n"


def answer_of(judged: ScoredSample) -> dict[str, Any]:
    """Return what a row of the file says of its program, without the program."""
    passed = judged.verdict == "passed"
    return {
        "verdict": judged.verdict,
        "passed": passed,
        **{name: getattr(judged, name) for name in FIELDS},
    }


def answer_row(given: Mapping[str, Any], index: int, judged: Mapping[str, Any]) -> dict[str, Any]:
    """Build a row of the file: the verdict first, then the other fields of the input row."""
    head = {"task_id": given["task_id"], "index": given.get("index", index), **judged}
    return {**head, **{key: value for key, value in given.items() if key not in head}}
