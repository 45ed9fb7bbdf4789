"""Chooses how many samples are decoded together where the user does not say."""

from __future__ import annotations

from typing import Any

ON_CPU = 32
MOST = 256
"""Most rows: with an 8B model, an H100 gains little from more."""

_SHARE = 0.85
"""Share of the free memory for keys and values; activations and logits need the rest."""


def auto_rows(device: Any, config: Any, width: int, tokens: int) -> int:
    """Return the rows for ``device``; on a GPU, as many as its free memory has room for.

    Args:
        device: the torch device that holds the model.
        config: config of the text model.
        width: bytes of a number.
        tokens: most tokens of prompt and answer together.
    """
    if device.type != "cuda":
        return ON_CPU
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return fit(free, token_bytes(config, width), tokens)


def token_bytes(config: Any, width: int) -> int:
    """Return the bytes that a token's keys and values take in all layers."""
    heads = config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    keys = getattr(config, "num_key_value_heads", None) or heads
    return int(2 * config.num_hidden_layers * keys * size * width)


def fit(free: int, per_token: int, tokens: int) -> int:
    """Return the largest power of two of rows that fits into ``free`` bytes, from 1 to ``MOST``."""
    rows = max(1, int(free * _SHARE) // (per_token * tokens))
    return min(MOST, int(2 ** (rows.bit_length() - 1)))
