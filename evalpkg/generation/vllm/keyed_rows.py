"""The samples in the rows of vLLM's batch, and the draw for all of them.

Runs in vLLM's environment, but imports torch only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from evalpkg.generation.sampling import Sampler


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A sample that is being written.

    Attributes:
        key: its noise key.
        made: its tokens so far; vLLM appends to this very list.
        sampler: draws its next token.
    """

    key: int
    made: Sequence[int]
    sampler: Sampler


@dataclass(slots=True)
class KeyedRows:
    """The rows of a batch that have a key.

    Attributes:
        rows: the samples, by their row in the batch.
        drawn: number of tokens drawn so far.
    """

    rows: dict[int, KeyedRow] = field(default_factory=dict)
    drawn: int = 0

    def update(
        self,
        removed: Iterable[int],
        added: Iterable[tuple[int, KeyedRow | None]],
        moved: Iterable[tuple[int, int, bool]],
    ) -> None:
        """Follow the batch: first the rows removed, then those added, then those moved.

        Args:
            removed: rows that became free.
            added: rows with their sample; None for a sample without a key.
            moved: source row, target row, and whether the two are swapped.
        """
        for place in removed:
            self.rows.pop(place, None)
        for place, row in added:
            self._put(place, row)
        for source, target, swap in moved:
            there, here = self.rows.pop(target, None), self.rows.pop(source, None)
            self._put(target, here)
            if swap:
                self._put(source, there)

    def _put(self, place: int, row: KeyedRow | None) -> None:
        if row is None:
            self.rows.pop(place, None)
        else:
            self.rows[place] = row

    def choose(self, logits: Tensor) -> Tensor:
        """Leave one token in each row that has a key.

        Args:
            logits: (batch, vocabulary), changed in place.

        Raises:
            FloatingPointError: if a row's logits are not numbers.
        """
        by_sampler: dict[Sampler, list[int]] = {}
        for place in sorted(self.rows):
            by_sampler.setdefault(self.rows[place].sampler, []).append(place)
        for sampler, places in by_sampler.items():
            rows = [self.rows[place] for place in places]
            at = torch.tensor(places, device=logits.device)
            state = torch.tensor([[row.key, len(row.made)] for row in rows], device=logits.device)
            found = sampler.draw(sampler.candidates(logits[at]), state[:, 0], state[:, 1])
            if bool((found < 0).any()):
                raise FloatingPointError("the model's output is not a number")
            logits[at] = float("-inf")
            logits[at, found] = 0.0
            self.drawn += len(places)
        return logits
