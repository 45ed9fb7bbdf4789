"""Joins the shards of one run, and publishes them as one result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evalpkg.evidence import read_metadata
from evalpkg.merge import MergeReport, merge_runs
from evalpkg.pipeline.publish import publish
from evalpkg.reporting.progress import Progress
from evalpkg.store import RunLayout, read_tasks, write_mode_files, write_prompts


def join_shards(
    parts: Sequence[Path], target: Path, signing_key: Path | None, progress: Progress
) -> tuple[MergeReport, RunLayout]:
    """Merge ``parts`` into ``target``, and write its results, reports and manifest.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``merge_runs`` and ``publish``.
    """
    progress.phase("merging", 0)
    report = merge_runs(parts, target)
    layout = RunLayout(target)
    about = read_metadata(layout)
    progress.phase("writing results", 0)
    tasks = read_tasks(layout.tasks)
    write_mode_files(layout, tasks, about.roles, about.modes, about.num_samples, about.uneven)
    write_prompts(layout, tasks, about.roles)
    publish(layout, signing_key)
    return report, layout
