"""Loads task sets by name or from files."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from evalpkg.errors import ConfigError, DataError, require_choice
from evalpkg.models import Exclusion, Task, TaskSet, TaskSource
from evalpkg.tasks.choose import choose
from evalpkg.tasks.fetch import locate, sha256_of
from evalpkg.tasks.human_eval_rust import locate_human_eval_rust
from evalpkg.tasks.repairs import load_overlay, repaired
from evalpkg.tasks.rows import read_published
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.mends import with_crates, with_ranges, without_unused_crates
from evalpkg.tasks.sets.named import HUMAN_EVAL_RUST

VARIANTS = ("repaired", "original")
MOST_PROBLEMS = 20


def load_tasks(
    sources: str | Sequence[str] = HUMAN_EVAL_RUST,
    variant: str = "repaired",
    ids: Sequence[str] | None = None,
    limit: int | None = None,
    *,
    exclude: Sequence[str] = (),
    files: Sequence[Path] = (),
    crates: bool = False,
) -> TaskSet:
    """Load one or several task sets as one.

    Args:
        sources: names (``evalpkg tasks`` lists them) or paths of JSONL files (docs/dataset.md).
        variant: ``repaired`` repairs rows known to be broken and leaves out, by name, those that
            cannot be judged; ``original`` leaves every row as published.
        ids: keep only these tasks: ids, function names or patterns.
        limit: keep at most this many tasks of each set.
        exclude: leave these tasks out: ids, function names or patterns.
        files: copies of named sets on this machine, recognised by their digest.
        crates: whether the crates that named sets import are available. If not, the tasks that need
            one are left out by name.

    Raises:
        DataError: if a set is missing, malformed or empty, or a name fits no task.
        ConfigError: if ``variant`` or ``limit`` is invalid, a set is named twice, or no task is
            left.
        EnvironmentUnfitError: if a named set can neither be found nor fetched.
    """
    require_choice(variant, VARIANTS, f"unknown data set variant {variant!r}")
    if limit is not None and limit < 1:
        raise ConfigError(f"a limit of {limit} tasks leaves nothing to do", "Use 1 or more.")
    names = (sources,) if isinstance(sources, str) else tuple(sources)
    _require_each_once(names)
    _require_known(files)
    parts = [_load_one(name, variant, files, crates) for name in names]
    every = [task for tasks, _ in parts for task in tasks]
    _require_own_ids(every, names)
    chosen = {task.task_id for task in choose(every, ids, exclude)}
    kept = [[task for task in tasks if task.task_id in chosen][:limit] for tasks, _ in parts]
    return TaskSet(
        tasks=tuple(task for tasks in kept for task in tasks),
        variant=variant,
        sources=tuple(
            replace(source, tasks=len(tasks), of=len(whole))
            for (whole, source), tasks in zip(parts, kept, strict=True)
        ),
        overlay_digest=load_overlay().digest if variant == "repaired" else "",
    )


def _load_one(
    name: str, variant: str, files: Sequence[Path], crates: bool
) -> tuple[list[Task], TaskSource]:
    path = _resolve(name, files)
    source = TaskSource(name, sha256_of(path))
    published = _published(path, name, source.digest)
    tasks = [_clustered(replace(task, dataset=_title(name))) for task in published]
    known = NAMED[name].crates if crates and name in NAMED else ()
    if variant == "original":
        return [with_crates(task, known) for task in tasks], source
    overlay = load_overlay()
    if name in NAMED:
        tasks = [without_unused_crates(task) for task in tasks]
    tasks = [with_ranges(with_crates(repaired(task, overlay), known)) for task in tasks]
    reasons = exclusions(crates=crates) if name in NAMED else {}
    excluded = tuple(
        Exclusion(task.task_id, reasons[task.task_id]) for task in tasks if task.task_id in reasons
    )
    left = [task for task in tasks if task.task_id not in reasons]
    return left, replace(source, excluded=excluded)


@lru_cache(maxsize=8)
def _published(path: Path, name: str, digest: str) -> tuple[Task, ...]:
    """Read the tasks of a file with this digest once; they are needed as published and repaired."""
    return tuple(read_tasks_of(path, name))


def _title(name: str) -> str:
    return name if name in NAMED else Path(name).name


def _resolve(name: str, files: Sequence[Path]) -> Path:
    if name == HUMAN_EVAL_RUST:
        return locate_human_eval_rust().dataset
    if name in NAMED:
        return locate(NAMED[name], files)
    path = Path(name)
    if not path.exists():
        raise DataError(
            f"there is no task set {name!r}",
            f"Use one of {', '.join(NAMED)}, or the path of a JSONL file (docs/dataset.md).",
        )
    return path


def read_tasks_of(path: Path, name: str = "") -> list[Task]:
    """Read the tasks in a file as they were published.

    Args:
        path: JSON Lines.
        name: name of the set in the file; any other name means a set of the user's own.

    Raises:
        DataError: if rows cannot become tasks; they are named.
    """
    rows = read_published(path, name)
    if rows.problems:
        raise DataError(
            _told(path, rows.problems),
            "docs/dataset.md says what a row needs; a line that is no JSON may be cut off.",
        )
    if not rows.tasks:
        raise DataError(f"{path} holds no tasks", "It should hold one JSON object a line.")
    return [task for _, task in rows.tasks]


def _told(path: Path, problems: Sequence[tuple[int, str]]) -> str:
    lines = [f"line {number}: {problem}" for number, problem in problems]
    if len(lines) == 1:
        return f"{path}, {lines[0]}"
    shown = [f"  {line}" for line in lines[:MOST_PROBLEMS]]
    if len(lines) > MOST_PROBLEMS:
        shown.append(f"  and {len(lines) - MOST_PROBLEMS} more")
    return "\n".join([f"{path}: {len(lines)} rows cannot be used", *shown])


def _require_each_once(names: Sequence[str]) -> None:
    if not names:
        raise ConfigError("no task set is named", f"Use one of {', '.join(NAMED)}, or a file.")
    for name, times in Counter(names).items():
        if times > 1:
            raise ConfigError(f"the task set {name} is named {times} times", "Name it once.")


def _require_known(files: Sequence[Path]) -> None:
    pinned = {named.sha256 for named in NAMED.values()}
    for file in files:
        digest = sha256_of(file)
        if digest not in pinned:
            raise DataError(
                f"{file} is not a copy of a named set: its sha256 is {digest[:12]}...",
                "Give a file of your own with --dataset FILE instead.",
            )


def _require_own_ids(tasks: Sequence[Task], names: Sequence[str]) -> None:
    twice = [task_id for task_id, times in Counter(t.task_id for t in tasks).items() if times > 1]
    if twice:
        raise DataError(
            f"{', '.join(names)} share the task id {twice[0]!r}"
            + (f" and {len(twice) - 1} more" if len(twice) > 1 else ""),
            "Task ids identify samples: give each task its own.",
        )


def _clustered(task: Task) -> Task:
    """Return ``task`` with the cluster this package knows, unless its row names another."""
    of_task, same = _clusters()
    cluster = task.cluster
    if cluster == task.task_id:
        cluster = of_task.get(task.task_id, cluster)
    return replace(task, cluster=same.get(cluster, cluster))


@lru_cache(maxsize=1)
def _clusters() -> tuple[dict[str, str], dict[str, str]]:
    """Return the cluster of each listed task, and the clusters that count as another."""
    file = resources.files("evalpkg.tasks") / "clusters.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    groups: dict[str, list[str]] = table["clusters"]
    of_task = {task_id: name for name, members in groups.items() for task_id in members}
    return of_task, table["same"]


def exclusions(*, crates: bool = False) -> dict[str, str]:
    """Return the tasks of named sets that cannot be judged, with the reasons, by task id.

    Without ``crates``, tasks that need a crate are among them.
    """
    table = _exclusions()
    return table["excluded"] | ({} if crates else table["needs_crates"])


@lru_cache(maxsize=1)
def _exclusions() -> dict[str, dict[str, str]]:
    file = resources.files("evalpkg.tasks.sets") / "exclusions.toml"
    return tomllib.loads(file.read_text("utf-8"))
