"""Temperature, top-k and nucleus sampling with noise that depends on the sample, not the batch.

A token is drawn by the Gumbel-max trick (Maddison, Tarlow, Minka 2014): the argmax of ``logit /
temperature + Gumbel noise`` over the kept tokens has exactly the softmax distribution. The noise of
a token is a hash of (sample key, step, token id). So a draw does not depend on its row, on its
neighbours, or on how earlier tokens were drawn.
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

NARROW = -2
"""Drawn where the tokens examined may not hold the whole nucleus."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The tokens that may be drawn, for each row.

    Attributes:
        scores: (rows, width) float64, logits over temperature. Minus infinity is never drawn.
        ids: (rows, width) int64, the tokens of the scores.
        valid: (rows,) bool, False where the largest logit is not finite.
        whole: (rows,) bool, False where more tokens may belong to the nucleus.
    """

    scores: Tensor
    ids: Tensor
    valid: Tensor
    whole: Tensor

    def on_cpu(self) -> Candidates:
        """Return them on the CPU."""
        return Candidates(self.scores.cpu(), self.ids.cpu(), self.valid.cpu(), self.whole.cpu())


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws tokens: temperature first, then top-k, then nucleus.

    Attributes:
        temperature: divides the logits; 0 takes the likeliest token.
        top_p: keep the likeliest tokens until they hold this mass (Holtzman et al. 2020). Tokens as
            likely as the last one kept are kept too, so that ties need no order.
        top_k: keep the k likeliest tokens, and those as likely as the k-th; 0 keeps all.
    """

    temperature: float
    top_p: float = 1.0
    top_k: int = 0

    def candidates(self, logits: Tensor, width: int = 0) -> Candidates:
        """Return the tokens kept from ``logits``, (rows, vocabulary).

        The vocabulary is never sorted. The likeliest 64 tokens nearly always hold the nucleus; if
        not, more are taken until they do.

        Args:
            logits: the model's output.
            width: examine as many tokens for the nucleus, whether they hold it or not. Then nothing
                here waits for the device.
        """
        scores = logits.float()
        valid = scores.amax(-1).isfinite()
        whole = torch.ones_like(valid)
        if self.temperature == 0:
            best = scores.argmax(-1, keepdim=True)
            return Candidates(torch.zeros_like(best, dtype=torch.float64), best, valid, whole)
        scores = scores / self.temperature
        if 0 < self.top_k < scores.shape[-1]:
            smallest = scores.topk(self.top_k).values[:, -1:]
            scores = scores.masked_fill(scores < smallest, float("-inf"))
        elif self.top_p >= 1:
            everything = torch.arange(scores.shape[-1], device=scores.device)
            return Candidates(scores.double(), everything.expand_as(scores), valid, whole)
        kept, ids, whole = _nucleus(scores, self.top_p, width)
        return Candidates(kept, ids, valid, whole)

    def draw(self, candidates: Candidates, keys: Tensor, steps: Tensor) -> Tensor:
        """Draw one token per row, (rows,) int64.

        It is -1 where the logits are not numbers, and ``NARROW`` where the candidates are not all.

        Args:
            candidates: as many rows as ``keys``, or one row for all of them.
            keys: (rows,) int64, keys of the samples.
            steps: (rows,) int64, number of tokens that each sample has so far.
        """
        noise = gumbel(keys, steps, candidates.ids)
        best = (candidates.scores + noise).argmax(-1, keepdim=True)
        ids = candidates.ids.expand(best.shape[0], -1).gather(-1, best).squeeze(-1)
        return torch.where(candidates.valid, torch.where(candidates.whole, ids, NARROW), -1)


def _nucleus(scores: Tensor, top_p: float, fixed: int) -> tuple[Tensor, Tensor, Tensor]:
    vocabulary = scores.shape[-1]
    top = scores.amax(-1, keepdim=True)
    # Shares below e**-80 of the largest do not count, and denormal numbers are slow.
    shares = (scores - top).clamp_(min=-80).exp_()
    mass = shares.sum(-1, keepdim=True, dtype=torch.float64)
    width = min(fixed or _FIRST_WIDTH, vocabulary)
    while True:
        values, ids = scores.topk(width)
        shares = (values - top).double().exp() / mass
        before = shares.cumsum(-1) - shares
        kept = (before < top_p) & (values > float("-inf"))
        last = values.masked_fill(~kept, float("inf")).amin(-1, keepdim=True)
        whole = (values[:, -1:] < last).squeeze(-1) | (width == vocabulary)
        if fixed or width == vocabulary or bool(whole.all()):
            return values.double().masked_fill(values < last, float("-inf")), ids, whole
        width = min(width * _GROWTH, vocabulary)


def gumbel(keys: Tensor, steps: Tensor, ids: Tensor) -> Tensor:
    """Return Gumbel noise, (rows, width) float64, one value per (key, step, token id).

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
    """Apply SplitMix64's finaliser (Steele, Lea, Flood 2014); int64 wraps as uint64 does."""
    bits = (bits ^ _shift(bits, 30)) * _MIX_1
    bits = (bits ^ _shift(bits, 27)) * _MIX_2
    return bits ^ _shift(bits, 31)


def _shift(bits: Tensor, by: int) -> Tensor:
    """Shift int64 right, filling with zeros."""
    return (bits >> by) & ((1 << (64 - by)) - 1)
