"""Puts a recorded answer to the model again, token by token: would it draw the same tokens?

On another kind of machine the last bit of a sum can differ. Now and then another token is then
drawn, and all tokens after it differ. So this module gives the model the recorded tokens up to each
position and draws the next one. The model and noise that wrote an answer agree with it at nearly
all positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from evalpkg.generation import tokens
from evalpkg.generation.keys import sample_key
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.stage import Stage
from evalpkg.models import Role, Sample, Task

_ROWS = 32
"""Positions that are drawn at once. A row of a large vocabulary takes a megabyte."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of a model with a recorded answer.

    Attributes:
        same: positions at which the model draws the recorded token.
        of: positions that were tried.
        exact: whether the tokens are those that were recorded. If not, the tokenizer made them from
            the text, which it can split otherwise.
    """

    same: int
    of: int
    exact: bool


def force(stage: Stage, role: Role, task: Task, sample: Sample) -> Agreement:
    """Draw each token of ``sample`` again, given the recorded tokens before it.

    Args:
        stage: the loaded model; its settings say how to draw.
        role: the model that ``stage`` holds.
        task: the sample's task.
        sample: the recorded sample.
    """
    settings, reader = stage.reader.settings, stage.reader
    (request,) = reader.requests(role, [(task, [sample.index])])
    ids = list(reader.tokenizer(sample.completion, add_special_tokens=False)["input_ids"])
    exact = tokens.ids_sha256(ids) == sample.completion_ids_sha256
    logits = stage.network.after_each([*request.prompt, *ids], adapter=role is Role.FINETUNED)
    key = sample_key(settings.seed, role, task.task_id, sample.index)
    drawn = _draw(
        Sampler(settings.temperature, settings.top_p, settings.top_k),
        logits[len(request.prompt) - 1 :],
        key,
    )
    same = sum(one == other for one, other in zip(ids, drawn, strict=False))
    if sample.finish_reason == "stop" and not settings.stop and exact:
        return Agreement(same + (drawn[len(ids)] in reader.ends), len(ids) + 1, exact)
    return Agreement(same, len(ids), exact)


def _draw(sampler: Sampler, logits: torch.Tensor, key: int) -> Sequence[int]:
    drawn: list[int] = []
    for start in range(0, len(logits), _ROWS):
        part = logits[start : start + _ROWS]
        steps = torch.arange(start, start + len(part), device=part.device)
        keys = torch.full_like(steps, key)
        drawn += sampler.draw(sampler.candidates(part), keys, steps).tolist()
    return drawn
