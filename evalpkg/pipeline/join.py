"""Joins the shards of a run, of one checkpoint or of several, and publishes the results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evalpkg.evidence import RowWriter, read_metadata
from evalpkg.merge import MergeReport, merge_runs
from evalpkg.pipeline.publish import RunContent, publish
from evalpkg.reporting import compare_runs
from evalpkg.reporting.progress import Progress
from evalpkg.store import (
    COMPARISON,
    RunLayout,
    read_tasks,
    remove,
    require_own_folder,
    require_own_folders,
    write_mode_files,
    write_prompts,
)


def join_shards(
    parts: Sequence[Path], target: Path, signing_key: Path | None, progress: Progress
) -> tuple[MergeReport, RunLayout]:
    """Merge ``parts`` into ``target``, and write its results, reports and manifest.

    Raises:
        ConfigError: as ``merge_runs``, or ``target`` holds something else.
        DataError, EnvironmentUnfitError: as ``merge_runs`` and ``publish``.
    """
    require_own_folder(RunLayout(target))
    progress.phase("merging", 0)
    report = merge_runs(parts, target)
    layout = RunLayout(target)
    about = read_metadata(layout)
    progress.phase("writing results", 0)
    tasks = read_tasks(layout.tasks)
    rows = RowWriter(layout, about.modes)
    write_mode_files(
        layout,
        tasks,
        about.roles,
        about.modes,
        about.num_samples,
        about.uneven,
        write=rows.write,
    )
    prompts = write_prompts(layout, tasks, about.roles)
    publish(layout, RunContent(about, tasks, rows, prompts), signing_key)
    return report, layout


def checkpoint_names(parts: Sequence[Path]) -> list[str]:
    """Return the names of the checkpoints' folders in ``parts``; none if they are of one run.

    Names are sorted with the numbers in them compared as numbers.
    """
    if any(RunLayout(part).metadata.exists() for part in parts):
        return []
    found = {one.parent.name for part in parts for one in part.glob("*/eval_metadata.json")}
    return sorted(found, key=_natural)


def join_checkpoints(
    parts: Sequence[Path],
    names: Sequence[str],
    target: Path,
    signing_key: Path | None,
    progress: Progress,
) -> dict[str, tuple[MergeReport, RunLayout]]:
    """Merge the shards of each checkpoint into a folder of ``target``, and compare them.

    ``comparison.html`` and ``comparison.md`` are written when every checkpoint is complete.

    Args:
        parts: output directories of runs of several checkpoints, each with ``--shard``.
        names: from ``checkpoint_names``.
        target: directory of the merged results.
        signing_key: ed25519 key that signs each manifest.
        progress: shows what is being done.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``join_shards`` and ``compare_runs``.
    """
    require_own_folders(target, names)
    for old in COMPARISON:
        remove(target / old)
    joined = {}
    for name in names:
        own = [part / name for part in parts if RunLayout(part / name).metadata.exists()]
        joined[name] = join_shards(own, target / name, signing_key, progress)
    complete = all(report.coverage.complete for report, _ in joined.values())
    if complete and len(joined) > 1:
        compare_runs([target / name for name in names], target)
    return joined


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Split a name into texts and numbers, so that ``step-100`` stands behind ``step-20``."""
    return [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in re.split(r"(\d+)", name)]
