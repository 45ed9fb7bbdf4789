"""The origin of the samples: tasks, sampling and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from evalpkg.evidence import EvalMetadata
from evalpkg.models import Task
from evalpkg.reporting.format import plain, plural
from evalpkg.tasks import DATASET_SHA256, RELEASE

SAMPLING = (
    ("temperature", "temperature"),
    ("top_p", "top-p"),
    ("top_k", "top-k"),
    ("max_new_tokens", "max new tokens"),
    ("seed", "seed"),
)
LIMITS = (
    ("timeout", "tests", "s"),
    ("compile_timeout", "compiling", "s"),
    ("memory_mib", "memory", "MiB"),
    ("output_kib", "output", "KiB"),
)
UNKNOWN = "not recorded"


def dataset_title(metadata: EvalMetadata | None, tasks: Sequence[Task]) -> str:
    """Name the data set with its release and variant, and count its changed tasks.

    Args:
        metadata: metadata of the run; without it the data set is unknown.
        tasks: the tasks of the run.
    """
    if metadata is None:
        return "data set not recorded"
    data = metadata.dataset
    names = [plain(PurePath(part.strip()).name) for part in data.source.split(" + ")]
    if data.sha256 == DATASET_SHA256:
        names = [f"{names[0]} {RELEASE}"]
    changed = sum(bool(task.erratum) for task in tasks)
    parts = [" + ".join(names), data.variant]
    if changed:
        parts.append(f"{changed:,} of {len(tasks):,} changed")
    return ", ".join(part for part in parts if part)


def subset_note(metadata: EvalMetadata | None) -> str:
    """Say ``6 of 180 tasks, chosen by --task-ids``; empty if the run has every task."""
    if metadata is None:
        return ""
    told = metadata.arguments
    flags = [
        f"--{name.replace('_', '-')}"
        for name in ("task_ids", "exclude_tasks", "limit")
        if told.get(name)
    ]
    parts = metadata.dataset.parts
    asked, whole = sum(part.tasks for part in parts), sum(part.of for part in parts)
    if parts and asked == whole:
        return ""
    if not flags and not parts:
        return ""
    how = f", chosen by {' and '.join(flags)}" if flags else ""
    if not parts:
        return f"not all tasks of the data set{how}"
    return f"{asked:,} of {plural(whole, 'task')}{how}"


def sampling_line(metadata: EvalMetadata | None) -> str:
    """Describe the sampling in one line."""
    if metadata is None:
        return UNKNOWN
    drawn: Mapping[str, Any] = metadata.generation.get("sampling") or {}
    if not drawn:
        sources = metadata.generation.get("backend", "")
        if sources == "replay":
            return "replayed from files; their sampling settings are not recorded here"
        return UNKNOWN
    said = [f"{label} {_number(drawn[key])}" for key, label in SAMPLING if key in drawn]
    said.append(f"template {plain(metadata.prompt.template)}")
    return ", ".join(said)


def limits_line(metadata: EvalMetadata | None) -> str:
    """Describe the limits of a program in one line."""
    if metadata is None:
        return UNKNOWN
    told = metadata.arguments
    said = [
        f"{label} {_number(told[key])}\u00a0{unit}"
        for key, label, unit in LIMITS
        if told.get(key) is not None
    ]
    return ", ".join(said) or UNKNOWN


def _number(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}" if isinstance(value, int) and value >= 10_000 else f"{value:g}"
    return plain(str(value))
