"""Check of the tasks: they are loaded, repaired, grouped and chosen again from the data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evalpkg.digests import sha256_hex
from evalpkg.errors import EvalError
from evalpkg.models import Task, TaskSet
from evalpkg.store import TASK, differences, read_bytes
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence, with_releases

LoadTasks = Callable[..., TaskSet]
"""``evalpkg.tasks.load_tasks``."""


@dataclass(frozen=True, slots=True)
class KnownSets:
    """The sources of tasks other than the run itself.

    Attributes:
        named: sha256 of the pinned file of each named set.
        load: a function that loads task sets by name or path.
        files: data sets on this machine, by sha256: the user's own, or copies of named sets.
    """

    named: Mapping[str, str]
    load: LoadTasks
    files: Mapping[str, Path]

    @property
    def copies(self) -> tuple[Path, ...]:
        """Files that are copies of named sets."""
        pinned = set(self.named.values())
        return tuple(path for digest, path in self.files.items() if digest in pinned)


def check_tasks(evidence: Evidence, known: KnownSets) -> Check:
    """Check that ``tasks.jsonl`` has the tasks that the arguments choose from their data sets.

    A path that the run names is never opened. If the run has a data set of the user's own, it is
    compared with the file that the user gives, or else reported as unknown.
    """
    told, parts = evidence.metadata.dataset, evidence.metadata.dataset.parts
    names = [part.name for part in parts] or [told.source]
    problems = [
        f"eval_metadata.json, dataset.{change}"
        for change in differences(
            {"source": told.source, "variant": told.variant}, _asked(evidence, names)
        )
    ]
    if b"".join(TASK.line(task).encode() for task in evidence.tasks) != read_bytes(
        evidence.layout.tasks
    ):
        problems.append("tasks.jsonl: not in canonical form")
    sources, strangers = _sources(evidence, known, names)
    problems += _stale_digests(evidence, known)
    if strangers:
        left_out = [f"tasks of {name}: a data set I do not know" + why for name, why in strangers]
        problems += list(_of_known_sets(evidence, known, sources))
    else:
        left_out = []
        try:
            problems += list(_against(evidence, _chosen(evidence, known, sources)))
        except EvalError as error:
            problems.append(f"tasks.jsonl: the arguments choose no such tasks: {error.cause}")
    compared = ", ".join(name for name in names if name in sources) or "nothing"
    check = conclude(
        "tasks", problems, f"{len(evidence.tasks)}, compared with {compared}", left_out
    )
    return with_releases(check, evidence)


def _asked(evidence: Evidence, names: Sequence[str]) -> dict[str, Any]:
    """Return source and variant of the data set, as the arguments name them."""
    arguments = evidence.metadata.arguments
    asked = arguments.get("dataset", list(names))
    return {
        "source": " + ".join([asked] if isinstance(asked, str) else map(str, asked)),
        "variant": arguments.get("dataset_variant", evidence.metadata.dataset.variant),
    }


def _sources(
    evidence: Evidence, known: KnownSets, names: Sequence[str]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Choose the source of each data set; list those that are not available, with the reason."""
    digests = {part.name: part.sha256 for part in evidence.metadata.dataset.parts}
    found: dict[str, str] = {}
    strangers = []
    for name in names:
        own = known.files.get(digests.get(name, evidence.metadata.dataset.sha256))
        if name in known.named:
            try:
                known.load(name, files=known.copies)
                found[name] = name
            except EvalError as error:
                strangers.append((name, f" here ({error.cause})"))
        elif own is not None:
            found[name] = str(own)
        else:
            strangers.append((name, " (--dataset-file FILE compares them with yours)"))
    return found, strangers


def _stale_digests(evidence: Evidence, known: KnownSets) -> Iterator[str]:
    """List named sets whose recorded file is not the pinned one."""
    for part in evidence.metadata.dataset.parts:
        pinned = known.named.get(part.name)
        if pinned is not None and part.sha256 != pinned:
            yield (
                f"eval_metadata.json, dataset.parts: sha256 of {part.name} is "
                f"{part.sha256 or '(none)'}, expected {pinned}"
            )


def _chosen(evidence: Evidence, known: KnownSets, sources: Mapping[str, str]) -> TaskSet:
    """Load the tasks that the arguments choose."""
    arguments = evidence.metadata.arguments
    chosen = known.load(
        list(sources.values()),
        evidence.metadata.dataset.variant,
        arguments.get("task_ids") or None,
        arguments.get("limit"),
        exclude=tuple(arguments.get("exclude_tasks") or ()),
        files=known.copies,
        crates=bool(arguments.get("crates")),
    )
    return replace(chosen, tasks=tuple(_as_recorded(chosen.tasks, sources)))


def _as_recorded(tasks: Sequence[Task], sources: Mapping[str, str]) -> Iterator[Task]:
    """Rename the tasks' data set as the run does: the user's copy may have another name."""
    titles = {Path(own).name: Path(name).name for name, own in sources.items() if own != name}
    for task in tasks:
        yield replace(task, dataset=titles.get(task.dataset, task.dataset))


def _against(evidence: Evidence, rebuilt: TaskSet) -> Iterator[str]:
    """List differences between the run's tasks and those that its arguments choose."""
    found, expected = evidence.tasks, rebuilt.tasks
    yield from _differing_tasks(found, expected, {task.task_id for task in expected})
    ours, theirs = [t.task_id for t in found], [t.task_id for t in expected]
    if sorted(ours) == sorted(theirs) and ours != theirs:
        yield "tasks.jsonl: not in the order of the data set"
    told = evidence.metadata.dataset
    facts = {
        "overlay_sha256": rebuilt.overlay_digest,
        "errata": [task.task_id for task in expected if task.erratum],
        "parts": [
            {
                "tasks": source.tasks,
                "of": source.of,
                "excluded": {item.task_id: item.reason for item in source.excluded},
            }
            for source in rebuilt.sources
        ],
    }
    recorded = {
        "overlay_sha256": told.overlay_sha256,
        "errata": told.errata,
        "parts": [part.model_dump(include={"tasks", "of", "excluded"}) for part in told.parts],
    }
    for change in differences(recorded, facts):
        yield f"eval_metadata.json, dataset.{change}"


def _of_known_sets(
    evidence: Evidence, known: KnownSets, sources: Mapping[str, str]
) -> Iterator[str]:
    """List differences in tasks that claim to come from a set that is available here.

    The choice of tasks is not compared, because a pattern may name tasks of another set.
    """
    variant = evidence.metadata.dataset.variant
    for name, source in sources.items():
        loaded = known.load(source, variant, files=known.copies).tasks
        every = list(_as_recorded(loaded, {name: source}))
        titles = {task.dataset for task in every}
        ours = [task for task in evidence.tasks if task.dataset in titles]
        yield from _differing_tasks(ours, every, set())


def _differing_tasks(
    found: Sequence[Task], expected: Sequence[Task], required: set[str]
) -> Iterator[str]:
    """List differences from the expected tasks, field by field."""
    by_id = {task.task_id: task for task in expected}
    for task in found:
        other = by_id.get(task.task_id)
        if other is None:
            yield f"tasks.jsonl: task {task.task_id} is not one that was asked for"
            continue
        old, new = TASK.values(task), TASK.values(other)
        for name in old:
            if old[name] != new[name]:
                was, now = _shown(old[name]), _shown(new[name])
                yield f"tasks.jsonl: {name} of task {task.task_id} is {was}, expected {now}"
    for task_id in sorted(required - {task.task_id for task in found}):
        yield f"tasks.jsonl: task {task_id} is missing"


def _shown(text: str) -> str:
    """Show a short text in full, a long one by its beginning and digest."""
    if len(text) <= 60:
        return repr(text)
    return f"{text[:40]!r}... (sha256 {sha256_hex(text)[:12]})"
