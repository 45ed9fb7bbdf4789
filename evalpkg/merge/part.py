"""One host's directory, read for a merge, and its comparison with the other hosts'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError
from evalpkg.evidence import EvalMetadata, read_metadata
from evalpkg.models import Sample, SeenPrompt, Task
from evalpkg.store import (
    PromptKey,
    PromptLog,
    RunLayout,
    SampleKey,
    SampleLog,
    ScoredSample,
    Shard,
    VerdictLog,
    canonical_json,
    differences,
    parse_shard,
    read_json,
    read_tasks,
)

SHARED = ("tool", "dataset", "lock_file", "roles", "modes", "num_samples", "k_values")
"""Metadata that all hosts must share, or results would depend on the host."""

SHARED_BY_GENERATION = ("prompt", "models", "seeds")
SHARED_BY_SCORING = ("toolchain", "sandbox")
"""Metadata about generation and about scoring. A host that did not generate, or did not judge,
does not know them, so they are compared only between hosts that did."""


@dataclass(frozen=True, slots=True)
class Part:
    """The content of one host's directory."""

    path: Path
    config: dict[str, Any]
    tasks: list[Task]
    metadata: EvalMetadata
    samples: dict[SampleKey, Sample]
    scored: dict[SampleKey, ScoredSample]
    prompts: dict[PromptKey, SeenPrompt]

    @property
    def shard(self) -> Shard:
        """The shard of the run that this host was given."""
        return parse_shard(self.metadata.shard)

    @property
    def work(self) -> int:
        """The last stage that this host reached: 2 for judging, 1 for generating, 0 for none."""
        return bool(self.samples) + bool(self.scored)

    @property
    def sort_key(self) -> tuple[int, int, str]:
        """Key that sorts parts independently of the names of their directories."""
        text = canonical_json(self.metadata.model_dump(mode="json"))
        return (self.shard.count, self.shard.index, text)


def read_part(path: Path) -> Part:
    """Read one host's directory.

    Raises:
        DataError: if a file is missing or malformed.
    """
    layout = RunLayout(path)
    if not path.is_dir():
        raise DataError(f"{path} is not a directory", "Did its host send its results?")
    samples = SampleLog(layout.samples_log).by_key()
    return Part(
        path=path,
        config=read_json(layout.config),
        tasks=read_tasks(layout.tasks),
        metadata=read_metadata(layout),
        samples=samples,
        scored=VerdictLog(layout.verdicts_log).by_key(samples),
        prompts=PromptLog(layout.prompts_log).by_key(),
    )


def disagreements(one: Part, other: Part) -> Iterator[str]:
    """Yield one line per difference in the facts that parts of one run must share."""
    mine, theirs = (
        {key: value for key, value in part.config.items() if key != "shard"}
        for part in (one, other)
    )
    yield from differences(mine, theirs, "config")
    if one.tasks != other.tasks:
        old, new = ({task.task_id: task for task in part.tasks} for part in (one, other))
        changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        yield f"tasks: {', '.join(changed[:5]) or 'their order'}"
    names = set(SHARED)
    if one.samples and other.samples:
        names.update(SHARED_BY_GENERATION)
    if one.scored and other.scored:
        names.update(SHARED_BY_SCORING)
    mine, theirs = (part.metadata.model_dump(mode="json", include=names) for part in (one, other))
    yield from differences(mine, theirs)
