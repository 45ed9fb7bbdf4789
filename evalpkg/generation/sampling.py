"""Temperature, top-k and nucleus sampling with noise that belongs to the sample, not the batch.

A token is drawn by the Gumbel-max trick (Maddison, Tarlow, Minka 2014): the argmax of
``logit / temperature + Gumbel noise`` over the kept tokens has exactly the softmax distribution.
The noise of a token is a hash of (sample key, step, token id), so a draw depends on nothing else:
not on its row, its neighbours, or what was drawn before.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_GOLDEN = 0x9E3779B97F4A7C15 - (1 << 64)
_MIX_1 = 0xBF58476D1CE4E5B9 - (1 << 64)
_MIX_2 = 0x94D049BB133111EB - (1 << 64)
_FIRST_WIDTH = 64
_GROWTH = 8


@dataclass(frozen=True, slots=True)
class Candidates:
    """The tokens that may be drawn, for each row.

    Attributes:
        scores: (rows, width) float64, logits over temperature; minus infinity is never drawn.
        ids: (rows, width) int64, the tokens that the scores belong to.
        valid: (rows,) bool, False where the logits held no finite maximum.
    """

    scores: Tensor
    ids: Tensor
    valid: Tensor


@dataclass(frozen=True, slots=True)
class Sampler:
    """How the next token is drawn. Applied in the order temperature, top-k, nucleus.

    Attributes:
        temperature: 0 takes the likeliest token.
        top_p: keep the likeliest tokens until they hold this mass (Holtzman et al. 2020); tokens
            as likely as the last one kept are kept too, so that the set has one definition.
        top_k: keep the k likeliest, and those as likely as the k-th; 0 keeps all.
    """

    temperature: float
    top_p: float = 1.0
    top_k: int = 0

    def candidates(self, logits: Tensor) -> Candidates:
        """The tokens kept from ``logits``, (rows, vocabulary).

        The vocabulary is never sorted: the likeliest 64 tokens are nearly always enough, and where
        they are not, more are taken until the kept set is known to be complete.
        """
        scores = logits.float()
        valid = scores.amax(-1).isfinite()
        if self.temperature == 0:
            best = scores.argmax(-1, keepdim=True)
            return Candidates(torch.zeros_like(best, dtype=torch.float64), best, valid)
        scores = scores / self.temperature
        if 0 < self.top_k < scores.shape[-1]:
            smallest = scores.topk(self.top_k).values[:, -1:]
            scores = scores.masked_fill(scores < smallest, float("-inf"))
        elif self.top_p >= 1:
            everything = torch.arange(scores.shape[-1], device=scores.device)
            return Candidates(scores.double(), everything.expand_as(scores), valid)
        kept, ids = _nucleus(scores, self.top_p)
        return Candidates(kept, ids, valid)

    def draw(self, candidates: Candidates, keys: Tensor, steps: Tensor) -> Tensor:
        """One token per row, (rows,) int64; -1 where the logits were not numbers.

        Args:
            candidates: of as many rows as ``keys``, or of one row for all of them.
            keys: (rows,) int64, the samples' keys.
            steps: (rows,) int64, how many tokens each sample has already.
        """
        noise = gumbel(keys, steps, candidates.ids)
        best = (candidates.scores + noise).argmax(-1, keepdim=True)
        ids = candidates.ids.expand(best.shape[0], -1).gather(-1, best).squeeze(-1)
        return torch.where(candidates.valid, ids, -1)


def _nucleus(scores: Tensor, top_p: float) -> tuple[Tensor, Tensor]:
    vocabulary = scores.shape[-1]
    top = scores.amax(-1, keepdim=True)
    # Below e**-80 of the top nothing counts, and denormal numbers are slow.
    shares = (scores - top).clamp_(min=-80).exp_()
    mass = shares.sum(-1, keepdim=True, dtype=torch.float64)
    width = min(_FIRST_WIDTH, vocabulary)
    while True:
        values, ids = scores.topk(width)
        shares = (values - top).double().exp() / mass
        before = shares.cumsum(-1) - shares
        kept = (before < top_p) & (values > float("-inf"))
        last = values.masked_fill(~kept, float("inf")).amin(-1, keepdim=True)
        if width == vocabulary or bool((values[:, -1:] < last).all()):
            return values.double().masked_fill(values < last, float("-inf")), ids
        width = min(width * _GROWTH, vocabulary)


def gumbel(keys: Tensor, steps: Tensor, ids: Tensor) -> Tensor:
    """Standard Gumbel noise, (rows, width) float64, one value per (key, step, token id).

    Args:
        keys: (rows,) int64.
        steps: (rows,) int64.
        ids: (rows, width) or (1, width) int64.
    """
    streams = _mix(keys + (steps + 1) * _GOLDEN)
    bits = _mix(streams[:, None] + (ids + 1) * _GOLDEN)
    # 52 bits and a half: strictly between 0 and 1, so that both logarithms are finite.
    uniform = (_shift(bits, 12).double() + 0.5) * 2.0**-52
    return -(-uniform.log()).log()


def _mix(bits: Tensor) -> Tensor:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014); int64 arithmetic wraps as uint64 does."""
    bits = (bits ^ _shift(bits, 30)) * _MIX_1
    bits = (bits ^ _shift(bits, 27)) * _MIX_2
    return bits ^ _shift(bits, 31)


def _shift(bits: Tensor, by: int) -> Tensor:
    """Logical right shift of int64."""
    return (bits >> by) & ((1 << (64 - by)) - 1)
