"""The workers of a pool: started where there is room, compared, and replaced when lost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evalpkg.errors import ConfigError, EnvironmentUnfitError, EvalError
from evalpkg.generation.base import Listener
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.pool import cluster
from evalpkg.generation.pool.dealing import Piece, as_work
from evalpkg.generation.pool.worker import Introduction, Worker
from evalpkg.generation.provenance import ModelUsed
from evalpkg.models import Role, Sample, SeenPrompt

LOOK_SECONDS = 5.0
"""Seconds between two looks for room that a new node brings."""
MOST_LOSSES = 5
"""Workers that may be lost in a row without a sample; then the pool gives up."""


@dataclass(eq=False)
class Member:
    """One worker as the driver sees it.

    Attributes:
        actor: Ray's handle of the worker.
        waits_for: Ray's reference to the worker's next message: its introduction or its samples.
            None while it is idle.
        introduction: None until the worker is ready.
        open: the samples that it was given and has not sent yet, by task id and index.
        made: number of samples it has sent.
    """

    actor: Any
    waits_for: Any
    introduction: Introduction | None = None
    open: dict[tuple[str, int], Piece] = field(default_factory=dict)
    made: int = 0


class Crew:
    """All workers of a pool.

    Args:
        ray: the connected ``ray`` module.
        settings: settings of each worker's backend.
        listener: told when workers come and go, and given their prompts.
    """

    def __init__(self, ray: Any, settings: GenerationSettings, listener: Listener) -> None:
        self._ray = ray
        self._settings = settings
        self._say = listener.status
        self._show = listener.prompts
        self._class = ray.remote(Worker)
        self._members: list[Member] = []
        self._gone: list[tuple[Introduction, int]] = []
        self._reference: Introduction | None = None
        self._losses = 0
        self._looked_at = 0.0

    @property
    def size(self) -> int:
        """Number of workers that are ready or starting."""
        return len(self._members)

    def __contains__(self, member: Member) -> bool:
        """Tell whether a worker is still there."""
        return member in self._members

    def grow(self) -> None:
        """Start a worker in each free place; looks for places at most every few seconds."""
        if self._members and time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        needs = cluster.needs(self._ray, self._settings)
        for _ in range(cluster.places(self._ray, self._settings) - len(self._members)):
            actor = self._class.options(max_restarts=0, **needs).remote(self._settings)
            self._members.append(Member(actor, actor.introduce.remote()))

    def idle(self) -> list[Member]:
        """Return the workers that are ready and have no work."""
        return [member for member in self._members if member.waits_for is None]

    def start(self, member: Member, role: Role, pieces: list[Piece]) -> None:
        """Give an idle worker its next part."""
        member.open = {(task.task_id, index): (task, index) for task, index in pieces}
        stream = member.actor.generate.options(num_returns="streaming")
        member.waits_for = stream.remote(role, as_work(pieces))

    def heard(self, seconds: float) -> Iterable[tuple[Member, list[Sample]]]:
        """Yield each worker that reports within ``seconds``, with its new samples.

        A worker that is lost has left the crew when it is yielded. Its open samples are still in
        its ``open``.

        Raises:
            EvalError: if a worker reports one.
            ConfigError: if a worker differs from the first one.
            EnvironmentUnfitError: if workers die again and again without a sample.
        """
        waiting = {member.waits_for: member for member in self._members if member.waits_for}
        if not waiting:
            return
        ready, _ = self._ray.wait(list(waiting), num_returns=1, timeout=seconds, fetch_local=False)
        for reference in ready:
            member = waiting[reference]
            try:
                yield member, self._listen(member)
            except self._ray.exceptions.RayError as error:
                self._lose(member, error)
                yield member, []

    def introductions(self) -> list[tuple[Introduction, int]]:
        """Return every worker that took part, with the number of samples it made."""
        present = [(m.introduction, m.made) for m in self._members if m.introduction]
        return [*self._gone, *present]

    def dismiss(self) -> None:
        """End all workers."""
        for member in self._members:
            self._ray.kill(member.actor)
        self._members.clear()

    def _listen(self, member: Member) -> list[Sample]:
        if member.introduction is None:
            self._welcome(member, self._ray.get(member.waits_for))
            return []
        try:
            said = self._ray.get(next(member.waits_for))
        except StopIteration:
            member.waits_for = None
            return []
        if isinstance(said, EvalError):
            raise said
        self._show([one for one in said if isinstance(one, SeenPrompt)])
        samples = [one for one in said if isinstance(one, Sample)]
        for sample in samples:
            del member.open[sample.task_id, sample.index]
        member.made += len(samples)
        self._losses = 0
        return samples

    def _welcome(self, member: Member, said: Introduction | EvalError) -> None:
        if isinstance(said, EvalError):
            raise said
        self._reference = self._reference or said
        differences = compare(self._reference, said)
        if differences:
            raise ConfigError(
                f"the workers on {self._reference.host} and {said.host} differ: "
                + "; ".join(differences),
                "Samples must not depend on which worker makes them: install the same versions and "
                "weights on all nodes, and give one --batch-size where their free memory differs.",
            )
        member.introduction, member.waits_for = said, None
        ready = sum(one.introduction is not None for one in self._members)
        self._say(f"worker {ready} of {self.size} is ready on {said.host}, process {said.pid}")
        here, there = (one.generated.details.get("device") for one in (self._reference, said))
        if here != there:
            self._say(
                f"WARNING: {self._reference.host} computes on {here}, {said.host} on {there}: the "
                "last bits of a sample may depend on the worker that makes it"
            )

    def _lose(self, member: Member, error: Exception) -> None:
        self._members.remove(member)
        self._looked_at = 0.0
        self._losses += 1
        who = "a worker that was getting ready"
        if member.introduction:
            self._gone.append((member.introduction, member.made))
            who = f"the worker on {member.introduction.host}, process {member.introduction.pid},"
        reason = " ".join(str(error).split())[:300]
        if self._losses >= MOST_LOSSES:
            raise EnvironmentUnfitError(
                f"{self._losses} workers were lost in a row without a sample; the last: {reason}",
                "Look at the memory of the nodes. What was generated is kept: the same command "
                "goes on.",
            ) from error
        self._say(f"{who} is gone, {len(member.open)} open samples are dealt again: {reason}")


SAME_DETAILS = ("dtype", "quantization", "rows")
"""Facts about a loaded model that all workers must share; on a GPU the number of rows can change a
last bit, and ``auto`` chooses it from the free memory."""


def compare(one: Introduction, other: Introduction) -> list[str]:
    """List what differs between two workers and can change a sample: ``name: this, that``."""
    pairs: list[tuple[str, object, object]] = [
        ("Python", one.python, other.python),
        ("evalpkg's code", one.code[:12], other.code[:12]),
    ]
    here, there = one.generated.libraries, other.generated.libraries
    pairs += [(name, here.get(name), there.get(name)) for name in sorted({*here, *there})]
    mine, theirs = one.generated.details, other.generated.details
    pairs += [(name, mine.get(name), theirs.get(name)) for name in SAME_DETAILS]
    pairs += [
        (f"{part} attention", _kernel(mine, part), _kernel(theirs, part))
        for part in ("prompt", "decode")
    ]
    for role in Role:
        this, that = one.generated.models.get(role), other.generated.models.get(role)
        if this != that:
            pairs.append((f"the {role.in_words} model", _digests(this), _digests(that)))
    return [f"{name}: {left}, {right}" for name, left, right in pairs if left != right]


def _kernel(details: Mapping[str, object], part: str) -> object:
    kernels = details.get("attention")
    return kernels.get(part) if isinstance(kernels, Mapping) else None


def _digests(model: ModelUsed | None) -> str:
    if model is None:
        return "none"
    files = {**model.weights, **model.adapter_weights}
    return f"{model.name} {model.revision} " + " ".join(
        f"{name}={digest[:12]}" for name, digest in sorted(files.items())
    )
