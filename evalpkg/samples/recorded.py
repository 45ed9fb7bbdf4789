"""Reads all samples of one model from one or several files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.models import Role, Sample, Task
from evalpkg.samples.faults import Faults
from evalpkg.samples.formats import Told, read_rows
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.models import name_of, of_one_model
from evalpkg.samples.rows import Row
from evalpkg.samples.runs import is_run, rows_of_run

Key = tuple[str, int]
"""Task id and index."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Samples that were generated earlier.

    Attributes:
        source: the files as the user named them.
        model: name of the model; empty if no row names it.
        files: sha256 of each file's unpacked content, by file name.
        rows: the rows, each with ``task_id`` and ``completion``, in the order of the files.
        indexes: index of each row among the samples of its task.
        left_out: number of rows for each task that was not asked for.
    """

    source: str
    model: str
    files: Mapping[str, str]
    rows: tuple[Row, ...]
    indexes: tuple[int, ...]
    left_out: Mapping[str, int]

    def samples(self, role: Role) -> Iterator[Sample]:
        """Yield each row as a sample of the model in ``role``."""
        for row, index in zip(self.rows, self.indexes, strict=True):
            yield Sample(
                role,
                row["task_id"],
                index,
                row["completion"],
                _text(row, "finish_reason"),
                _count(row, "prompt_tokens"),
                _count(row, "completion_tokens"),
                _text(row, "prompt_sha256"),
                _text(row, "completion_ids_sha256"),
            )

    def per_task(self) -> Counter[str]:
        """Count the samples of each task."""
        return Counter(row["task_id"] for row in self.rows)


def read_recorded(
    sources: Sequence[str],
    tasks: Sequence[Task],
    asked: Collection[str],
    *,
    model: str = "",
    role: Role | None = None,
    packed: bool = False,
) -> Recorded:
    """Read the samples of one model.

    Args:
        sources: files, folders, directories of runs, or ``-`` for standard input; each may end
            with ``:MODEL`` to take that model's rows only.
        tasks: all tasks of the sets, in the order in which they were published.
        asked: ids of the tasks whose samples are wanted.
        model: the model whose rows to take, if the files hold several.
        role: the model of a run's directory to take, if ``model`` names none.
        packed: number the samples of each task from 0 without gaps. Otherwise the rows keep their
            own indexes, and an index that occurs twice is refused.

    Raises:
        DataError: if rows are not samples of ``tasks`` (they are named), if there are no samples,
            or if there are several models.
        EnvironmentUnfitError: if the package that reads a file's form is not installed.
    """
    ids, faults, digests = TaskIds(tasks), Faults(), _Digests()
    rows: list[Row] = []
    for source in sources:
        path, own_model = split_model(source)
        if is_run(path):
            found = rows_of_run(path, own_model or model, role, digests)
        else:
            found = list(read_rows(path, ids, faults, digests))
            if own_model:
                found = of_one_model(found, own_model, str(path))
        rows += found
    faults.require_none()
    named = ", ".join(sources)
    rows = of_one_model(rows, model, named)
    if not rows:
        raise DataError(f"{named} holds no samples", "Is it the right file?")
    left_out = Counter(row["task_id"] for row in rows if row["task_id"] not in asked)
    kept = [row for row in rows if row["task_id"] in asked]
    if not kept:
        raise DataError(
            f"{named} has samples of {len(left_out):,} tasks, none of which is asked",
            "Choose other tasks, or none: --task-ids, --exclude-tasks and --limit.",
        )
    indexes = tuple(_indexes(kept, named, packed))
    return Recorded(named, name_of(kept), digests.files, tuple(kept), indexes, left_out)


def split_model(source: str) -> tuple[Path, str]:
    """Split ``PATH:MODEL`` into the path and the model, which is empty if there is no colon."""
    path, colon, model = source.rpartition(":")
    if colon and not Path(source).exists() and Path(path).exists():
        return Path(path), model
    return Path(source), ""


def split_sources(text: str) -> list[str]:
    """Split a setting into its files, which are separated by commas."""
    if Path(split_model(text)[0]).exists():
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]


class _Digests:
    """Called with each file; keeps its digest."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def __call__(self, name: str, content: bytes) -> None:
        unique, number = name, 1
        while unique in self.files:
            number += 1
            unique = f"{name} ({number})"
        self.files[unique] = hashlib.sha256(content).hexdigest()


def _indexes(rows: Sequence[Row], named: str, packed: bool) -> Iterator[int]:
    """Yield each row's own index, or its place among the rows of its task."""
    seen: Counter[str] = Counter()
    places = []
    for row in rows:
        places.append(seen[row["task_id"]])
        seen[row["task_id"]] += 1
    own = [row.get("index", place) for row, place in zip(rows, places, strict=True)]
    twice = {
        key[0]: key
        for key, times in Counter(
            (row["task_id"], index) for row, index in zip(rows, own, strict=True)
        ).items()
        if times > 1
    }
    if twice and not packed:
        task_id, index = next(iter(twice.values()))
        raise DataError(
            f"{named}: sample {index} of task {task_id} is there twice",
            "Remove one of the two rows, or give every row an index of its own.",
        )
    if not packed:
        yield from own
        return
    order: dict[str, list[int]] = {}
    for row, index in zip(rows, own, strict=True):
        order.setdefault(row["task_id"], []).append(index)
    rank = {task: {i: r for r, i in enumerate(sorted(given))} for task, given in order.items()}
    for row, index, place in zip(rows, own, places, strict=True):
        task = row["task_id"]
        yield place if task in twice else rank[task][index]


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _count(row: Row, name: str) -> int:
    value = row.get(name)
    return value if type(value) is int and value >= 0 else 0


__all__ = ["Key", "Recorded", "Told", "read_recorded", "split_model", "split_sources"]
