"""Check that generates samples again, from the recorded seeds and the recorded weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Protocol

from evalpkg.models import Role, Row, Sample, SeenPrompt, Task
from evalpkg.store import PROMPT, SampleKey
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.checks_rows import place
from evalpkg.verify.drawing import draw
from evalpkg.verify.files import Evidence
from evalpkg.verify.recheck import Item, samples_of

LEAST = 0.9
"""Share of an answer's forced tokens that its model must draw again on another kind of machine.

Measured with the embedded model at temperature 0.2 and another kernel: the model that wrote the
answer draws all tokens again, the other model at most 88 % of an answer's tokens, and the same
model with another seed about 95 %. So a wrong seed shows only on the same kind of machine, or at a
higher temperature.
"""
FEW = 2
"""Number of tokens that may always differ, so that short answers are not refused by share."""

COMPARED = (
    *("completion", "finish_reason", "prompt_tokens", "completion_tokens"),
    *("prompt_sha256", "completion_ids_sha256"),
)


class Agreed(Protocol):
    """The agreement of a model with a recorded answer; ``generation.forced.Agreement`` fits."""

    @property
    def same(self) -> int:
        """Number of tokens that the model draws as recorded."""

    @property
    def of(self) -> int:
        """Number of tokens tried."""


Generate = Callable[[Role, Sequence[tuple[Task, Sequence[int]]]], Iterator[Sample]]
Force = Callable[[Role, Task, Sample], Agreed]


@dataclass(frozen=True)
class Regeneration:
    """The generator that makes samples again.

    Attributes:
        generate: makes samples, as a backend does.
        force: feeds a recorded answer to the model; None if that is not possible.
        differences: differences between this machine and the run's. Without any, it is of the
            same kind, and its samples must be equal to the token.
        foreign: inputs that differ from the run's, such as the digest of weights. If there is
            any, nothing is generated.
        prompts: list that receives every prompt that the model saw.
    """

    generate: Generate
    force: Force | None
    differences: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    prompts: dict[tuple[Role, str], SeenPrompt] = field(default_factory=dict)


def check_samples(evidence: Evidence, made_by: Regeneration, count: int, seed: int) -> Check:
    """Generate a few random samples again, and compare them with their rows."""
    if made_by.foreign:
        return conclude("samples", made_by.foreign, "")
    drawn, record = draw(list(samples_of(evidence)), count, seed)
    again = _made_again(made_by, drawn)
    problems: list[str] = []
    equal = wrong = agreed = 0
    same = tried = 0
    for mode, role, task, row in drawn:
        found = again.get((role, task.task_id, row.index))
        differing = list(_differences(row, found))
        if not differing:
            equal += 1
            continue
        where = place(mode, role, row)
        forced = None
        if made_by.differences and made_by.force and _from_this_prompt(row, found):
            forced = made_by.force(role, task, _as_sample(role, row))
            same, tried = same + forced.same, tried + forced.of
        if forced is not None and forced.of - forced.same <= max(FEW, (1 - LEAST) * forced.of):
            agreed += 1
            continue
        wrong += 1
        problems += [f"{where}: {text}" for text in differing[:1]]
        if forced is not None:
            problems.append(f"{where}: of its {forced.of} tokens the model draws {forced.same}")
    problems += list(_other_prompts(evidence, made_by))
    check = conclude("samples", problems, "")
    told = f"{record.sentence(wrong)}; {equal} equal to the token"
    if agreed:
        told += f", {agreed} with {100 * same / tried:.1f} % of their forced tokens"
    if made_by.differences:
        told += f"; another kind of machine: {', '.join(made_by.differences)}"
    return replace(check, detail=told)


def _made_again(made_by: Regeneration, drawn: Sequence[Item]) -> dict[SampleKey, Sample]:
    """Order the drawn samples by key, so that those of a model and task are together."""
    made: dict[SampleKey, Sample] = {}
    for role in Role:
        own = sorted(
            ((task, row.index) for _, of, task, row in drawn if of is role),
            key=lambda one: (one[0].task_id, one[1]),
        )
        groups = groupby(own, key=lambda one: one[0])
        work = [(task, [index for _, index in group]) for task, group in groups]
        if work:
            made |= {sample.key: sample for sample in made_by.generate(role, work)}
    return made


def _differences(row: Row, found: Sample | None) -> Iterator[str]:
    """List the fields in which a sample that was generated again differs from its row."""
    if found is None:
        yield "could not be made again"
        return
    for name in COMPARED:
        old, new = getattr(row, name), getattr(found, name)
        if name == "completion" and old != new:
            start = _first_difference(old, new)
            was, now = old[start : start + 40], new[start : start + 40]
            yield (
                f"completion differs from character {start} of {len(old)} on: {was!r}, made again "
                f"{now!r}"
            )
        elif old != new:
            yield f"{name} is {old!r}, made again {new!r}"


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _from_this_prompt(row: Row, found: Sample | None) -> bool:
    """Tell whether the prompts agree: they must on every machine, so only then force tokens."""
    return found is not None and row.prompt_sha256 == found.prompt_sha256


def _as_sample(role: Role, row: Row) -> Sample:
    held: dict[str, Any] = {name: getattr(row, name) for name in COMPARED}
    return Sample(role=role, task_id=row.task_id, index=row.index, **held)


def _other_prompts(evidence: Evidence, made_by: Regeneration) -> Iterator[str]:
    """List stored prompts that differ from those that the model saw now."""
    if not evidence.layout.prompts.exists():
        return
    for prompt in PROMPT.read(evidence.layout.prompts):
        shown = made_by.prompts.get(prompt.key)
        if shown is not None and shown != prompt:
            yield (
                f"{evidence.layout.prompts.name}, {prompt.role.value} {prompt.task_id}: not the "
                "prompt that the model was shown now"
            )
