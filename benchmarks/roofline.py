"""The least time a decode step can take on a device, from two measured rates.

Williams, Waterman, Patterson 2009: time is at least the larger of bytes over bandwidth and
operations over arithmetic rate. Both rates are measured here, not taken from a datasheet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Roofline:
    """Measured ceilings: bytes per second moved, operations per second in the model's dtype."""

    bandwidth: float
    rate: float

    def tokens_per_second(self, model: Any, rows: int, context: float) -> float:
        """Ceiling for ``rows`` samples a step, each attending to ``context`` tokens."""
        config = model.config.get_text_config()
        # A tied embedding is one matrix, read once a step as the output layer.
        weights = sum(weight.numel() for weight in model.parameters())
        if not config.tie_word_embeddings:
            weights -= config.vocab_size * config.hidden_size
        size = model.dtype.itemsize
        head = getattr(config, "head_dim", config.hidden_size // config.num_attention_heads)
        kv = 2 * config.num_hidden_layers * config.num_key_value_heads * head * context
        attention = 4 * config.num_hidden_layers * config.num_attention_heads * head * context
        moving = (weights + rows * kv) * size / self.bandwidth
        computing = rows * (2 * weights + attention) / self.rate
        return float(rows / max(moving, computing))

    def __str__(self) -> str:
        return f"measured: {self.bandwidth / 1e9:.1f} GB/s, {self.rate / 1e12:.3f} Tflop/s"


def measure(device: torch.device, dtype: torch.dtype) -> Roofline:
    """Copy a large tensor, multiply large matrices; the best of several turns."""
    large = device.type == "cuda"
    source = torch.ones(1 << (30 if large else 27), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    copying = _best(lambda: target.copy_(source), device)
    n = 8192 if large else 1536
    left = torch.randn(n, n, device=device).to(dtype)
    right = torch.randn(n, n, device=device).to(dtype)
    multiplying = _best(lambda: left @ right, device)
    return Roofline(2 * source.numel() / copying, 2 * n**3 / multiplying)


def _best(work: Callable[[], object], device: torch.device, turns: int = 7) -> float:
    times = []
    for _ in range(turns + 2):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return min(times[2:])
