"""Tries vLLM before it is used: both engines write some samples, in two batch shapes.

Our own loop writes them first, with each model; then vLLM does. Where the arithmetic agrees, the
samples are the same token for token. Where it does not (bfloat16 on a CPU), some differ, and their
number is recorded. If vLLM writes what our loop writes with the other model, it is refused: it left
the adapter out, or applied it where it must not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation.decoding import Request
from evalpkg.generation.stage import Stage
from evalpkg.models import Role, Task

TOKENS = 24
SMALL = 2
"""Samples of the smaller batch shape; the larger one has all of them."""

_INDEXES = range(2)
_TASKS = tuple(
    Task(f"trial/{name}", f"/// {what}\nfn {name}({takes}) -> {gives} {{\n", name, test="")
    for name, what, takes, gives in (
        ("larger", "Returns the larger of two numbers.", "a: i32, b: i32", "i32"),
        ("reversed", "Returns the text with its characters in reverse.", "text: &str", "String"),
        (
            "mean",
            "Returns the mean of the numbers, or None if there are none.",
            "numbers: &[f64]",
            "Option<f64>",
        ),
    )
)
_BEGINNING = 4
"""Tokens at the start of a sample. Rounding seldom changes one so early."""

Texts = Mapping[tuple[str, int], tuple[int, ...]]
"""Tokens of samples, by task id and index."""
Write = Callable[[Sequence[Request]], Texts]


@dataclass(frozen=True, slots=True)
class Trial:
    """The samples that our own loop wrote with one model.

    Attributes:
        requests: the requests that vLLM gets too.
        expected: samples that our loop wrote with this model.
        wrong: samples that our loop wrote with the other model for the same requests; None if there
            is no other.
    """

    requests: Sequence[Request]
    expected: Texts
    wrong: Texts | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The comparison of vLLM's samples of one model with those of our own loop.

    Attributes:
        samples: number of samples.
        large: samples that are the same as our loop's when vLLM writes all in one batch.
        small: samples that are the same as our loop's in batches of ``SMALL``, in reverse order.
        between: samples that are the same in both of vLLM's batch shapes.
    """

    samples: int
    large: int
    small: int
    between: int

    @property
    def all_equal(self) -> bool:
        """Tell whether no sample differs anywhere."""
        return self.large == self.small == self.between == self.samples


def write_own(stage: Stage, role: Role, key_of: Role, tokens: int) -> tuple[list[Request], Texts]:
    """Write samples with our loop: the model of ``role``, the keys of ``key_of``."""
    reader = replace(stage.reader, show=lambda _: None)  # these prompts do not belong to the run
    requests = reader.requests(key_of, [(task, _INDEXES) for task in _TASKS])
    decoder = replace(
        stage.decoder,
        max_new_tokens=tokens,
        rows=min(stage.decoder.rows, len(requests)),
        on_tokens=lambda _: None,
        stopped=None,
        cuda_graphs=False,
    )
    answers = decoder.run(requests, adapter=role is Role.FINETUNED)
    return requests, {(a.request.task_id, a.request.index): tuple(a.ids) for a in answers}


def compare(trial: Trial, write: Write, who: str) -> TrialResult:
    """Let vLLM write the same samples in two batch shapes.

    Args:
        trial: what is expected.
        write: asks vLLM for samples, all in one batch.
        who: the model's name, for errors.

    Raises:
        EnvironmentUnfitError: if vLLM's samples are not this model's.
    """
    large = write(trial.requests)
    turned = list(reversed(trial.requests))
    small: dict[tuple[str, int], tuple[int, ...]] = {}
    for start in range(0, len(turned), SMALL):
        small |= write(turned[start : start + SMALL])
    for found in (large, small):
        _refuse_another(trial, found, who)
    return TrialResult(
        len(trial.requests),
        _same(large, trial.expected),
        _same(small, trial.expected),
        _same(large, small),
    )


def _refuse_another(trial: Trial, found: Texts, who: str) -> None:
    cure = (
        "vLLM's samples would not be this model's. Use --backend transformers, try another version "
        "of vLLM, or merge the adapter into the base model."
    )
    if trial.wrong is not None and _shared(found, trial.wrong) > _shared(found, trial.expected):
        raise EnvironmentUnfitError(
            f"vLLM writes for {who} what our own loop writes with the other model: the adapter is "
            "switched the wrong way round, or left out",
            cure,
        )
    begun = sum(
        ids[:_BEGINNING] == trial.expected[name][:_BEGINNING] for name, ids in found.items()
    )
    if 2 * begun < len(found):
        raise EnvironmentUnfitError(
            f"vLLM computes something else than transformers for {who}: {len(found) - begun} of "
            f"{len(found)} samples differ within their first {_BEGINNING} tokens",
            cure,
        )


def _same(one: Texts, other: Texts) -> int:
    return sum(ids == other[name] for name, ids in one.items())


def _shared(one: Texts, other: Texts) -> int:
    """Count the tokens before the first that differs, summed over all samples."""
    return sum(_prefix(ids, other[name]) for name, ids in one.items())


def _prefix(one: Sequence[int], other: Sequence[int]) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
