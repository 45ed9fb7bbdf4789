"""Attention of the decode step to prompts that are stored once for all their samples.

Elsewhere each slot holds a copy of its prompt, and a step reads every copy. Here the new tokens of
all samples of a prompt attend to it together, as one matrix product, and each attends to its own
answer apart. The two results are merged by their log-sum-exp (Juravsky et al. 2024, Hydragen).
Sums are taken in another order than elsewhere, so their last bits differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, DynamicCache

from evalpkg.generation.slots import SlotCache, on_device

SHARED = "evalpkg_shared"

_PAGE = 256
"""FlashAttention reads storage like this in pages of a multiple of 256 tokens."""
_LEAST_PROMPTS, _SAMPLES = 8, 4
"""Prompts that are stored at least, and samples to one of them at least if there are more.

A step starts a block of threads for each place of a prompt, used or not.
"""


@dataclass(frozen=True, slots=True)
class Places:
    """The prompt that each row sees. The tensors stay where they are: a recording reads them.

    Attributes:
        order: (rows,) the rows, with those of one prompt side by side.
        back: (rows,) the place of each row in ``order``.
        lengths: (rows,) tokens of the row's prompt.
        row_ends: (prompts + 1,) int32, the end of each prompt's rows in ``order``, after a 0.
        token_ends: (prompts + 1,) int32, the running sum of the prompts' lengths, after a 0.
        pages: (prompts, 1) int32, the number of each prompt.
    """

    order: Tensor
    back: Tensor
    lengths: Tensor
    row_ends: Tensor
    token_ends: Tensor
    pages: Tensor

    @classmethod
    def empty(cls, rows: int, prompts: int, device: torch.device) -> Places:
        """Return places to be written."""
        order, back, lengths = torch.zeros((3, rows), dtype=torch.int64, device=device)
        row_ends, token_ends = torch.zeros((2, prompts + 1), dtype=torch.int32, device=device)
        pages = torch.arange(prompts, dtype=torch.int32, device=device)[:, None]
        return cls(order, back, lengths, row_ends, token_ends, pages)

    def write(self, seen: Sequence[int], lengths: Sequence[int]) -> None:
        """Set the prompt that each row sees, and the length of each prompt."""
        order = sorted(range(len(seen)), key=seen.__getitem__)
        back = sorted(range(len(seen)), key=order.__getitem__)
        row_ends = accumulate((seen.count(prompt) for prompt in range(len(lengths))), initial=0)
        parts = [order, back, [lengths[prompt] for prompt in seen], list(row_ends)]
        parts.append(list(accumulate(lengths, initial=0)))
        together = on_device([number for part in parts for number in part], self.order.device)
        targets = (self.order, self.back, self.lengths, self.row_ends, self.token_ends)
        for target, part in zip(targets, together.split([len(p) for p in parts]), strict=True):
            target.copy_(part)


class SharedCache(SlotCache):
    """Slots that hold answers only, and a prompt once for all the slots that see it.

    A row always sees some prompt, also if no sample is in it.

    Args:
        rows: number of slots; each step computes them all.
        prompt: most tokens of a prompt.
        answer: most tokens of an answer.
    """

    def __init__(self, rows: int, prompt: int, answer: int) -> None:
        super().__init__(rows, answer)
        self._answer = answer
        most = min(rows, max(_LEAST_PROMPTS, -(-rows // _SAMPLES)))
        self._prompts = SlotCache(most, -(-prompt // _PAGE) * _PAGE)
        self._lengths = [1] * most
        self._seen = [0] * rows
        self._held: set[int] = set()
        self._newest: tuple[DynamicCache | None, int] = None, 0
        self._places: Places | None = None

    @property
    def places(self) -> Places:
        """The prompt that each row sees."""
        if self._places is None:
            raise RuntimeError("no prompt has been stored")
        return self._places

    def prompts(self, layer: int) -> tuple[Tensor, Tensor]:
        """Return a layer's keys and values of all prompts, (prompts, heads, capacity, size)."""
        return self._prompts.layer(layer)

    def keep(self, rows: Sequence[int]) -> bool:
        """Forget the prompts that none of ``rows`` sees; tell whether another one fits."""
        self._held = set(rows)
        return len({self._seen[row] for row in rows}) < self._prompts.rows

    def fill(self, rows: Sequence[int], prefix: DynamicCache) -> None:
        """Store a prompt once, and let ``rows`` see it."""
        self.reserve(prefix)
        self._prompts.reserve(prefix)
        if rows:
            place = self._place(prefix)
            for row in rows:
                self._seen[row] = place
            self._held |= set(rows)
        if self._places is None:
            device = prefix.layers[0].keys.device
            self._places = Places.empty(self.rows, self._prompts.rows, device)
        self._places.write(self._seen, self._lengths)

    def _place(self, prefix: DynamicCache) -> int:
        """Return the number of the stored prompt."""
        stored, place = self._newest
        if stored is not prefix:
            held = {self._seen[row] for row in self._held}
            place = next(number for number in range(self._prompts.rows) if number not in held)
            self._prompts.fill([place], prefix)
            self._lengths[place] = prefix.layers[0].keys.shape[2]
            self._newest = prefix, place
        return place

    def aim(self, positions: Tensor, span: int) -> None:
        """Set where the next token of each row goes: ``positions`` count the prompt's tokens."""
        # A row without a sample goes on counting, and must not leave its slot.
        super().aim((positions - self.places.lengths).clamp(0, self._answer - 1), self._answer)


Part = tuple[Tensor, Tensor]
"""Attention to some of the tokens: (rows, heads, size), and (rows, heads) log-sum-exp."""


def shared_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float | None = None,
    shared_prompts: SharedCache | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Compute the attention of one new token per row.

    Args:
        module: the attention layer.
        query: (rows, heads, 1, size).
        key: (rows, key heads, answer, size), the new tokens included.
        value: (rows, key heads, answer, size).
        attention_mask: the lengths of the rows' answers, from ``flash.lengths_as_mask``.
        scaling: factor of the scores; by default the inverse root of ``size``.
        shared_prompts: the prompts; most models hand on arguments that they do not know.
    """
    if shared_prompts is None:
        raise TypeError("the model's layers do not hand the prompts on to their attention")
    scale = scaling or query.shape[-1] ** -0.5
    query, lengths = query[:, :, 0], attention_mask.reshape(-1)
    keys, values = shared_prompts.prompts(module.layer_idx)
    over_prompts, over_answers = BY_FLASH if query.is_cuda else PLAIN
    mixed = merge(
        over_prompts(query, keys, values, shared_prompts.places, scale),
        over_answers(query, key, value, lengths, scale),
    )
    return mixed.to(query.dtype)[:, None], None


AttentionInterface.register(SHARED, shared_attention)


def merge(one: Part, other: Part) -> Tensor:
    """Return the attention to the tokens of both parts, float32."""
    share = torch.sigmoid(one[1] - other[1])[..., None]
    return torch.lerp(other[0].float(), one[0].float(), share)


def prompts_by_flash(
    query: Tensor, keys: Tensor, values: Tensor, places: Places, scale: float
) -> Part:
    """Attend to the prompts: those of a prompt's rows are one sequence of queries."""
    from flash_attn import flash_attn_varlen_func

    rows, heads, _ = query.shape
    mixed, sums, _ = flash_attn_varlen_func(
        query[places.order],
        keys.transpose(1, 2),
        values.transpose(1, 2),
        cu_seqlens_q=places.row_ends,
        cu_seqlens_k=places.token_ends,
        max_seqlen_q=max(rows, 2),  # 1 chooses another kernel, with one row for each prompt
        max_seqlen_k=keys.shape[2],
        softmax_scale=scale,
        block_table=places.pages,
        return_attn_probs=True,
    )
    if sums.shape != (heads, rows):
        raise RuntimeError(f"flash-attn returned a log-sum-exp of shape {tuple(sums.shape)}")
    return mixed[places.back], sums.T[places.back]


def answers_by_flash(
    query: Tensor, key: Tensor, value: Tensor, lengths: Tensor, scale: float
) -> Part:
    """Attend to each row's answer, as far as it goes."""
    from flash_attn import flash_attn_with_kvcache

    mixed, sums = flash_attn_with_kvcache(
        query[:, None],
        key.transpose(1, 2),
        value.transpose(1, 2),
        cache_seqlens=lengths,
        softmax_scale=scale,
        num_splits=1,
        return_softmax_lse=True,
    )
    return mixed[:, 0], sums[..., 0]


def prompts_plainly(
    query: Tensor, keys: Tensor, values: Tensor, places: Places, scale: float
) -> Part:
    """Do what ``prompts_by_flash`` does, in plain torch."""
    mixed = torch.empty_like(query, dtype=torch.float32)
    sums = torch.empty(query.shape[:2], device=query.device)
    rows = places.row_ends.diff().tolist()
    lengths = places.token_ends.diff().tolist()
    for number, some in enumerate(places.order.split(rows)):
        if len(some):
            each = query[some].unflatten(1, (keys.shape[1], -1)).transpose(0, 1)
            seen = slice(lengths[number])
            part, its = _attend(
                each.flatten(1, 2), keys[number, :, seen], values[number, :, seen], scale
            )
            mixed[some] = part.unflatten(1, each.shape[1:3]).transpose(0, 1).flatten(1, 2)
            sums[some] = its.unflatten(1, each.shape[1:3]).transpose(0, 1).flatten(1, 2)
    return mixed, sums


def answers_plainly(
    query: Tensor, key: Tensor, value: Tensor, lengths: Tensor, scale: float
) -> Part:
    """Do what ``answers_by_flash`` does, in plain torch."""
    unseen = torch.arange(key.shape[2], device=key.device) >= lengths[:, None]
    each = query.unflatten(1, (key.shape[1], -1))
    mixed, sums = _attend(each, key, value, scale, unseen[:, None, None])
    return mixed.flatten(1, 2), sums.flatten(1, 2)


def _attend(
    query: Tensor, key: Tensor, value: Tensor, scale: float, unseen: Tensor | None = None
) -> Part:
    scores = (query @ key.transpose(-1, -2)).float() * scale
    if unseen is not None:
        scores = scores.masked_fill(unseen, float("-inf"))
    return scores.softmax(-1).to(value.dtype) @ value, scores.logsumexp(-1)


BY_FLASH = prompts_by_flash, answers_by_flash
PLAIN = prompts_plainly, answers_plainly
