"""How many samples to decode together where the user does not say."""

from __future__ import annotations

from typing import Any

ON_CPU = 32
MOST = 256
"""An H100 with an 8B model gains little from more."""

_SHARE = 0.85
"""Of the free memory; the rest is for activations and logits."""


def auto_rows(device: Any, config: Any, width: int, tokens: int) -> int:
    """Rows for ``device``: on a GPU as many as its free memory holds keys and values for.

    Args:
        device: the torch device that holds the model.
        config: the text model's.
        width: bytes of a number.
        tokens: longest prompt and answer together.
    """
    if device.type != "cuda":
        return ON_CPU
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return fit(free, token_bytes(config, width), tokens)


def token_bytes(config: Any, width: int) -> int:
    """Bytes of a token's keys and values in all layers."""
    heads = config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    keys = getattr(config, "num_key_value_heads", None) or heads
    return int(2 * config.num_hidden_layers * keys * size * width)


def fit(free: int, per_token: int, tokens: int) -> int:
    """The largest power of two of rows that fits into ``free`` bytes, from 1 to ``MOST``."""
    rows = max(1, int(free * _SHARE) // (per_token * tokens))
    return min(MOST, int(2 ** (rows.bit_length() - 1)))
