"""The keyed draw, as a logits processor of vLLM. Runs in vLLM's environment."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality

from evalpkg.generation.sampling import Sampler
from evalpkg.generation.vllm.keyed_rows import KeyedRow, KeyedRows

KEY, SAMPLER = "evalpkg_key", "evalpkg_sampler"
"""Names in a request's ``extra_args``: its key; its temperature, top_p and top_k."""

STATE = KeyedRows()
"""The batch of the one engine in this process. ``serve`` reads how many tokens were drawn."""


class KeyedDraw(LogitsProcessor):  # type: ignore[misc]  # vLLM is in another environment
    """Chooses each request's next token, and leaves vLLM no other to take."""

    def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:
        """Begin with an empty batch."""
        STATE.rows.clear()

    def is_argmax_invariant(self) -> bool:
        """Return False: the likeliest token changes, so vLLM must not skip this step."""
        return False

    def update_state(self, batch_update: Any) -> None:
        """Follow the changes of vLLM's batch."""
        if batch_update is not None:
            STATE.update(
                batch_update.removed,
                [(place, _row(params, made)) for place, params, _, made in batch_update.added],
                [(a, b, how is MoveDirectionality.SWAP) for a, b, how in batch_update.moved],
            )

    def apply(self, logits: Tensor) -> Tensor:
        """Leave one token in each row."""
        return STATE.choose(logits)


def _row(params: Any, made: list[int]) -> KeyedRow | None:
    given = params.extra_args or {}
    if KEY not in given:
        return None
    temperature, top_p, top_k = given[SAMPLER]
    return KeyedRow(given[KEY], made, Sampler(temperature, top_p, top_k))
