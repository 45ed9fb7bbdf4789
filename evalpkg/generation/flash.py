"""Attention of the decode step by FlashAttention: each slot is read as far as it is filled.

The packed products read every slot to the capacity, because their shapes must not vary on a GPU.
This kernel takes a length for each row (Dao 2023, ``flash_attn_with_kvcache``). With one split a
row's sum is always taken in the same order, whatever the other rows are.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

FLASH = "evalpkg_flash"


def lengths_as_mask(positions: Tensor) -> Tensor:
    """Return the filled length of each row, the new token included, (rows, 1, 1, 1) int32.

    It takes the place of the mask, which models hand to every attention layer as it is.
    """
    return (positions + 1).to(torch.int32)[:, None, None, None]


def flash_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Compute the attention of one new token per row.

    Args:
        module: the attention layer; unused.
        query: (rows, heads, 1, size).
        key: (rows, key heads, capacity, size), the new tokens included.
        value: (rows, key heads, capacity, size).
        attention_mask: the rows' lengths, from ``lengths_as_mask``.
        scaling: factor of the scores; by default the inverse root of ``size``.
    """
    from flash_attn import flash_attn_with_kvcache

    mixed: Tensor = flash_attn_with_kvcache(
        query.transpose(1, 2),
        key.transpose(1, 2),
        value.transpose(1, 2),
        cache_seqlens=attention_mask.reshape(-1),
        softmax_scale=scaling or query.shape[-1] ** -0.5,
        num_splits=1,
    )
    return mixed, None


AttentionInterface.register(FLASH, flash_attention)
