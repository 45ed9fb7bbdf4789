"""Makes a run's metrics, reports and manifest from its rows and metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from evalpkg.evidence import (
    EvalMetadata,
    RowWriter,
    read_metadata,
    seal_run,
    with_answer_warnings,
    write_metadata,
)
from evalpkg.models import Mode, Row, SeenPrompt, Task
from evalpkg.reporting import AlreadyRead
from evalpkg.store import RunLayout, read_rows, read_tasks, write_atomic

if TYPE_CHECKING:
    from evalpkg.statistics import Metrics


@dataclass(frozen=True, slots=True)
class RunContent:
    """The content of a run's files that everything else is derived from, as it is on disk.

    Attributes:
        metadata: ``eval_metadata.json``.
        tasks: ``tasks.jsonl``.
        rows: writer of the rows, which has kept them; None to read the rows.
        prompts: ``prompts.jsonl``, empty if the run has none; None to read it.
    """

    metadata: EvalMetadata
    tasks: Sequence[Task]
    rows: RowWriter | None = None
    prompts: Sequence[SeenPrompt] | None = None

    @classmethod
    def read(cls, layout: RunLayout) -> Self:
        """Read the files; the rows are read when they are needed.

        Raises:
            DataError: if one is missing or malformed.
        """
        return cls(read_metadata(layout), read_tasks(layout.tasks))


def publish(
    layout: RunLayout,
    content: RunContent,
    signing_key: Path | None = None,
    margin: float | None = None,
    contamination: Path | None = None,
) -> None:
    """Write everything that is derived from rows and metadata.

    Equal inputs give equal bytes.

    Args:
        layout: the run.
        content: its metadata, tasks and rows; whoever has written or read them hands them over.
        signing_key: file of the key that signs the manifest; None for no signature.
        margin: loss up to which the fine-tuned model counts as no worse, as a fraction.
        contamination: file that ``evalpkg contamination`` wrote. The result is then also given
            without the tasks that it names.

    Raises:
        DataError: if rows are missing, or rows and tasks contradict each other.
        ConfigError: if the key cannot be used.
        EnvironmentUnfitError: if a file cannot be written.
    """
    from evalpkg.reporting import write_reports

    metadata, tasks = content.metadata, content.tasks
    rows, metrics = write_metrics(layout, content, margin, contamination)
    metadata = _warned(layout, metadata, rows)
    write_reports(layout.root, AlreadyRead(metadata, tasks, rows, metrics, content.prompts))
    documents = {mode: json.loads(own.to_json()) for mode, own in metrics.items()}
    row_files = content.rows.row_files() if content.rows else None
    seal_run(layout, signing_key, metadata, documents, row_files)


def _warned(
    layout: RunLayout, metadata: EvalMetadata, rows: Mapping[Path, list[Row]]
) -> EvalMetadata:
    """Write the warnings about many empty or cut-off answers into the metadata.

    They follow from the rows, so that ``verify`` can make them again.
    """
    first = metadata.modes[0]
    own = {role: rows[layout.samples(first, role)] for role in metadata.roles}
    warnings = with_answer_warnings(metadata.warnings, own)
    if warnings != metadata.warnings:
        metadata = write_metadata(layout, metadata.model_copy(update={"warnings": warnings}))
    return metadata


def write_metrics(
    layout: RunLayout,
    content: RunContent,
    margin: float | None = None,
    contamination: Path | None = None,
) -> tuple[dict[Path, list[Row]], dict[Mode, Metrics]]:
    """Write each mode's ``metrics.json``; the arguments are those of ``publish``.

    Returns:
        rows by file, and the metrics of each mode as a reader of their file gets them. Rows of the
        first mode are always there; those of another mode only if ``content`` has them, because
        they are as large.

    Raises:
        DataError: if rows or tasks contradict each other, or rows are missing.
        EnvironmentUnfitError: if a file cannot be written.
    """
    from evalpkg.statistics import Metrics, StatisticsSettings, compute_metrics

    metadata, tasks = content.metadata, content.tasks
    kept: dict[Path, list[Row]] = {} if content.rows is None else dict(content.rows.rows)
    written: dict[Mode, Metrics] = {}
    touched: tuple[str, ...] = ()
    digest = ""
    if contamination is not None:
        from evalpkg.contamination import read_touched

        touched, digest = read_touched(contamination, [task.task_id for task in tasks])
    settings = StatisticsSettings(
        seed=metadata.seeds.run, margin=margin, touched=touched, contamination_sha256=digest
    )
    for mode in metadata.modes:
        own = {role: layout.samples(mode, role) for role in metadata.roles}
        rows = {role: _rows(path, kept) for role, path in own.items()}
        metrics = compute_metrics(
            tasks,
            rows,
            mode,
            expected=dict.fromkeys(metadata.roles, metadata.num_samples),
            k_values=metadata.k_values,
            settings=settings,
            uneven=metadata.uneven,
        )
        text = metrics.to_json()
        write_atomic(layout.metrics(mode), text)
        written[mode] = Metrics.model_validate_json(text)
        if mode is metadata.modes[0]:
            kept |= {own[role]: found for role, found in rows.items()}
    return kept, written


def _rows(path: Path, known: Mapping[Path, list[Row]]) -> list[Row]:
    return known[path] if path in known else read_rows(path)
