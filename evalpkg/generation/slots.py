"""Key/value storage for samples that are decoded together without influencing each other.

Every sample has a slot: a row of preallocated buffers that is filled from the front and has a
length of its own. Prompts of different lengths share a forward pass without padding on the left.
What a row computes does not depend on the other rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, DynamicCache

PACKED = "evalpkg_packed"


class SlotCache(DynamicCache):  # type: ignore[misc]  # transformers is untyped
    """A transformers cache with one length per row.

    Args:
        rows: number of slots.
        capacity: tokens that fit into a slot.

    Attributes:
        positions: where the next token of each row goes.
    """

    def __init__(self, rows: int, capacity: int) -> None:
        super().__init__()
        self.rows = rows
        self._capacity = capacity
        self._keys: list[Tensor] = []
        self._values: list[Tensor] = []
        self.positions = torch.empty(0, dtype=torch.int64)
        self._lines = torch.empty(0, dtype=torch.int64)
        self._span = capacity

    def keep(self, rows: Sequence[int]) -> bool:
        """Free what belongs to other rows than ``rows``; tell whether another prompt fits."""
        return True

    def fill(self, rows: Sequence[int], prefix: DynamicCache) -> None:
        """Copy the keys and values of a prompt into each of ``rows``, which rise."""
        self.reserve(prefix)
        runs = list(_runs(rows))
        for index, layer in enumerate(prefix.layers):
            length = layer.keys.shape[2]
            for some in runs:
                self._keys[index][some, :, :length] = layer.keys
                self._values[index][some, :, :length] = layer.values

    def reserve(self, prefix: DynamicCache) -> None:
        """Make the buffers, if there are none, for a model with such keys and values."""
        for layer in prefix.layers[len(self._keys) :]:
            self._keys.append(self._buffer(layer.keys))
            self._values.append(self._buffer(layer.values))

    def layer(self, index: int) -> tuple[Tensor, Tensor]:
        """Return the keys and values of a layer, (rows, heads, capacity, size)."""
        return self._keys[index], self._values[index]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` tokens of a row into another."""
        for buffer in (*self._keys, *self._values):
            buffer[target, :, :length] = buffer[source, :, :length]

    def aim(self, positions: Tensor, span: int) -> None:
        """Set where the next token of each of the first rows goes, and how far rows may look."""
        self.positions = positions
        self._lines = torch.arange(len(positions), device=positions.device)
        self._span = span

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Store one new token per row; the model's attention layers call this."""
        rows = key_states.shape[0]
        keys, values = self._keys[layer_idx], self._values[layer_idx]
        keys[self._lines, :, self.positions] = key_states[:, :, 0]
        values[self._lines, :, self.positions] = value_states[:, :, 0]
        return keys[:rows, :, : self._span], values[:rows, :, : self._span]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Return 0; rows have no common length, and positions and mask are always given."""
        return 0

    def _buffer(self, like: Tensor) -> Tensor:
        _, heads, _, size = like.shape
        # Zeros, because a masked position still enters a product, and 0 times NaN is NaN.
        return torch.zeros(
            (self.rows, heads, self._capacity, size), dtype=like.dtype, device=like.device
        )


def packed_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Compute the attention of one new token per row, as plain products over all slots.

    The query heads that share a key head are packed into one matrix (grouped-query attention), so
    that keys and values are read once and never repeated. On the CPUs measured, a row's result has
    the same bits for any number of rows and any span; fused kernels do not guarantee that.

    Args:
        module: the attention layer; unused.
        query: (rows, heads, 1, size).
        key: (rows, key heads, span, size).
        value: (rows, key heads, span, size).
        attention_mask: (rows, 1, 1, span), added to the scores; float32 is not copied.
        scaling: factor of the scores; by default the inverse root of ``size``.
    """
    rows, heads, _new, size = query.shape
    grouped = query.reshape(rows, key.shape[1], heads // key.shape[1], size)
    # One pass scales, masks and widens to float32. Adding a mask of 0 rounds nothing.
    products = grouped @ key.transpose(2, 3)
    scores = torch.add(attention_mask.float(), products, alpha=scaling or size**-0.5)
    mixed = scores.softmax(-1).to(value.dtype) @ value
    return mixed.reshape(rows, 1, heads, -1), None


AttentionInterface.register(PACKED, packed_attention)


def on_device(values: Sequence[object], device: torch.device) -> Tensor:
    """Return integers as a tensor on ``device``, without waiting for work queued there."""
    here = torch.tensor(values, dtype=torch.int64)
    return here if device.type == "cpu" else here.pin_memory().to(device, non_blocking=True)


def _runs(rows: Sequence[int]) -> Iterator[slice]:
    """Yield the runs of neighbours in ``rows``: a device copies to each with one kernel."""
    for _, run in groupby(enumerate(rows), lambda pair: pair[1] - pair[0]):
        places = [row for _, row in run]
        yield slice(places[0], places[-1] + 1)
