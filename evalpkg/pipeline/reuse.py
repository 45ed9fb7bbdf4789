"""``--reuse-base``: takes the base model's samples from another run, if its settings agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError
from evalpkg.evidence import read_metadata
from evalpkg.generation import Generated
from evalpkg.models import Role, Sample, SeenPrompt, Task
from evalpkg.pipeline.facts import NOT_THE_RESULT, RunFacts
from evalpkg.store import (
    PROMPT,
    PromptLog,
    RunLayout,
    SampleKey,
    SampleLog,
    differences,
    read_rows,
    read_tasks,
)

LOOSE = NOT_THE_RESULT | {
    *("models", "libraries", "device", "rows", "attention", "server_said"),
    *("finetuned_template", "finetuned_chat_template_sha256", "finetuned_end_token_ids"),
}
"""Facts that may differ. At most they change how the base model's numbers are rounded."""

CURE = "Leave --reuse-base out, and the base model's samples are generated."


class BaseSamples:
    """The base model's samples in another run.

    Args:
        root: output directory of that run, which may be unfinished.

    Raises:
        ConfigError: if the directory holds no run.
        DataError: if it cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self._layout = RunLayout(root)
        told = self._layout.facts.exists() or self._layout.metadata.exists()
        if not (told and self._layout.tasks.exists()):
            raise ConfigError(
                f"--reuse-base {root}: no run is there", "Name the --output-dir of a run."
            )

    def require_same(self, generation: Generated, tasks: Sequence[Task]) -> None:
        """Refuse samples that this run would not have made.

        Args:
            generation: provenance of this run's backend.
            tasks: tasks of this run.

        Raises:
            ConfigError: if something differs; each difference is named.
        """
        found: list[str] = []
        for theirs in self._generations():
            found += differing_base(theirs, generation.as_json())
        known = {task.task_id: task for task in read_tasks(self._layout.tasks)}
        changed = [
            task.task_id
            for task in tasks
            if task.task_id in known and _asked(known[task.task_id]) != _asked(task)
        ]
        if changed:
            more = ", ..." if len(changed) > 5 else ""
            found.append(f"prompts of {len(changed)} tasks: {', '.join(changed[:5])}{more}")
        if found:
            listed = "\n  ".join(dict.fromkeys(found))
            raise ConfigError(
                f"the base model's samples in {self._layout.root} are those of another run:\n"
                f"  {listed}",
                CURE,
            )

    def take(self, wanted: Sequence[SampleKey]) -> list[Sample]:
        """Return those of ``wanted`` that the run has."""
        samples = self._samples()
        return [samples[key] for key in wanted if key in samples]

    def prompts(self, samples: Sequence[Sample]) -> list[SeenPrompt]:
        """Return the prompts of ``samples``, as far as the run keeps them."""
        ids = {sample.task_id for sample in samples}
        if self._layout.prompts_log.exists():
            kept = list(PromptLog(self._layout.prompts_log).by_key().values())
        elif self._layout.prompts.exists():
            kept = list(PROMPT.read(self._layout.prompts))
        else:
            kept = []
        return [one for one in kept if one.role is Role.BASE and one.task_id in ids]

    def sentence(self, count: int) -> str:
        """Return a sentence for readers of the result."""
        manifest = self._layout.manifest
        which = (
            f"manifest sha256 {sha256_file(manifest)}" if manifest.exists() else "not finished then"
        )
        return f"{count:,} samples of the base model are those of another run ({which})."

    def _generations(self) -> list[dict[str, Any]]:
        """Return the provenance of the backends that wrote the samples; usually one."""
        if self._layout.facts.exists():
            return RunFacts.load(self._layout).generation
        return [read_metadata(self._layout).generation]

    def _samples(self) -> dict[SampleKey, Sample]:
        if self._layout.samples_log.exists():
            found = SampleLog(self._layout.samples_log).by_key()
            return {key: sample for key, sample in found.items() if key[0] is Role.BASE}
        mode = read_metadata(self._layout).modes[0]
        rows = read_rows(self._layout.samples(mode, Role.BASE))
        names = [field.name for field in fields(Sample) if field.name != "role"]
        samples = [
            Sample(role=Role.BASE, **{name: getattr(row, name) for name in names}) for row in rows
        ]
        return {sample.key: sample for sample in samples}


def differing_base(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """List what differs and decides a base sample, such as ``sampling.seed: 1 -> 2``.

    Args:
        theirs: provenance of the other run's generation.
        ours: provenance of this run's generation.
    """
    weights = [one.get("models", {}).get("base", {}).get("weights") for one in (theirs, ours)]
    if not all(weights):
        return ["the base model's weights: no digest of them is known"]
    told = [
        {"weights": own, **{name: one[name] for name in one if name not in LOOSE}}
        for own, one in zip(weights, (theirs, ours), strict=True)
    ]
    return list(differences(told[0], told[1]))


def _asked(task: Task) -> tuple[str, str]:
    """Return the parts of a task that reach the model."""
    return task.prompt, task.entry_point
