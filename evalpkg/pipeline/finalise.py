"""The end of a run: writes rows, metadata and everything derived from them."""

from __future__ import annotations

from evalpkg.evidence import EvalMetadata, RowWriter, read_metadata, write_metadata
from evalpkg.pipeline.answer_file import write_answers
from evalpkg.pipeline.metadata import build_metadata
from evalpkg.pipeline.publish import RunContent, publish
from evalpkg.pipeline.score import RunScoring
from evalpkg.pipeline.session import Session
from evalpkg.scoring import Judged
from evalpkg.store import (
    WHOLE,
    Coverage,
    coverage,
    write_mode_files,
    write_prompts,
)


def write_unfinished(session: Session, scorer: Judged) -> None:
    """Write the metadata of a run that is not finished, so that it can still be merged.

    A killed run leaves them behind. A sealed result keeps its metadata until the next one is
    sealed.

    Args:
        session: the run; it has recorded its backend.
        scorer: provenance of the scorer that will judge.
    """
    if not session.layout.manifest.exists():
        about = build_metadata(
            session.config, session.tasks, session.facts, scorer=scorer, finished=False
        )
        write_metadata(session.layout, about)


def write_verdicts(session: Session, scoring: RunScoring) -> Coverage:
    """Write ``verdicts.jsonl`` alone; return what ``finalise`` does."""
    samples, scored = scoring.samples.present(), scoring.scored()
    write_answers(session, scored)
    return coverage(scoring.samples.asked, samples, scored)


def finalise(session: Session, scoring: RunScoring, *, worked: bool) -> Coverage:
    """Write everything that is derived from the logs.

    A shard is not a result by itself. It gets its metadata only, and ``evalpkg merge`` writes the
    rest.

    Args:
        session: the run.
        scoring: its samples and verdicts.
        worked: whether this session generated or judged anything. If it did not, the metadata of
            the session that did stay, so that a session without work changes no file.

    Returns:
        the samples that have a final verdict, and those that lack one.
    """
    config, layout, tasks = session.config, session.layout, session.tasks.tasks
    metadata = None if worked else _kept_metadata(session)
    if metadata is None:
        metadata = write_metadata(layout, build_metadata(config, session.tasks, session.facts))
    if session.shard != WHOLE:
        return write_verdicts(session, scoring)
    samples, scored = scoring.samples.present(), scoring.scored()
    write_answers(session, scored)
    rows = RowWriter(layout, config.modes)
    covered = write_mode_files(
        layout,
        tasks,
        config.roles,
        config.modes,
        config.num_samples,
        config.uneven,
        samples,
        scored,
        rows.write,
    )
    prompts = write_prompts(layout, tasks, config.roles)
    publish(layout, RunContent(metadata, tasks, rows, prompts), config.signing_key)
    return covered


def _kept_metadata(session: Session) -> EvalMetadata | None:
    """Return the metadata of an earlier session that still hold; None if there are none."""
    layout = session.layout
    if session.grown or not layout.manifest.exists() or not layout.metadata.exists():
        return None
    metadata = read_metadata(layout)
    return metadata if metadata.finished_at else None
