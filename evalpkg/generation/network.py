"""A causal language model as two functions: a prompt's state, and one more token per slot."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from evalpkg.errors import ConfigError
from evalpkg.generation.flash import FLASH, lengths_as_mask
from evalpkg.generation.shared import SHARED, SharedCache
from evalpkg.generation.slots import PACKED, SlotCache

_KNOWN_LAYERS = {"full_attention", "sliding_attention"}


class Network:
    """The two forward passes that decoding needs, with or without the adapter.

    Args:
        model: the base model; if there is an adapter, its layers are already in it.
        attention: the kernel that the model was loaded with; it computes prompts.
        switch_adapter: turns the adapter's layers on or off; None if there is no adapter.

    Raises:
        ConfigError: if the architecture keeps other state than keys and values.
    """

    def __init__(
        self, model: Any, attention: str, switch_adapter: Callable[[bool], None] | None = None
    ) -> None:
        self._model = model
        self._config = model.config.get_text_config()
        self._switch = switch_adapter
        self._adapter_on: bool | None = None
        layers = set(getattr(self._config, "layer_types", None) or ["full_attention"])
        if getattr(model, "_is_stateful", False) or not layers <= _KNOWN_LAYERS:
            raise ConfigError(
                f"{type(model).__name__} has layers that are not attention over keys and values",
                "Serve the model, for instance with vLLM, and use the openai backend.",
            )
        self._window: int | None = getattr(self._config, "sliding_window", None)
        if layers == {"full_attention"} and getattr(self._config, "layer_types", None):
            self._window = None
        self._by_layer_type = len(layers) > 1
        # The parameter is renamed in transformers 5; a model's own code may keep the old name.
        renamed = "cache" in inspect.signature(model.forward).parameters
        self._cache_name = "cache" if renamed else "past_key_values"
        plain = self._window is None and not getattr(self._config, "attn_logit_softcapping", None)
        packs = plain and getattr(model, "_supports_attention_backend", False)
        self.prompt_attention = attention
        # FlashAttention 2 takes no mask of ours.
        masked = "sdpa" if attention == "flash_attention_2" else attention
        self.decode_attention = PACKED if packs else masked

    @property
    def device(self) -> torch.device:
        """The device on which the model computes."""
        device: torch.device = self._model.device
        return device

    def slots(self, rows: int, capacity: int, answer: int) -> SlotCache:
        """Return empty slots.

        Args:
            rows: number of slots.
            capacity: tokens of a prompt and its answer together.
            answer: most tokens of an answer.
        """
        if self.decode_attention == SHARED:
            return SharedCache(rows, capacity - answer, answer)
        return SlotCache(rows, capacity)

    def prompt(self, ids: Sequence[int], *, adapter: bool) -> tuple[DynamicCache, Tensor]:
        """Return a prompt's keys and values, and the next token's logits (1, vocabulary).

        A prompt has a forward pass to itself, so that its rounding depends on its own shape alone.
        """
        self._prepare(self.prompt_attention, adapter)
        cache = DynamicCache()
        with torch.inference_mode():
            output = self._model(
                input_ids=torch.tensor([list(ids)], device=self.device),
                use_cache=True,
                logits_to_keep=1,
                **{self._cache_name: cache},
            )
        return cache, output.logits[:, -1]

    def after_each(self, ids: Sequence[int], *, adapter: bool) -> Tensor:
        """Return the logits (tokens, vocabulary) after each of ``ids``, in one pass."""
        self._prepare(self.prompt_attention, adapter)
        with torch.inference_mode():
            output = self._model(input_ids=torch.tensor([list(ids)], device=self.device))
        logits: Tensor = output.logits[0]
        return logits

    def step(self, cache: SlotCache, state: Tensor, span: int, *, adapter: bool) -> Tensor:
        """Return the logits (rows, vocabulary) after one more token in each of the first slots.

        Args:
            cache: the slots; the keys and values of the new tokens are added to them.
            state: (rows, >= 2) int64: the token, then its position.
            span: every position is below this.
            adapter: whether the adapter's layers are on.
        """
        self._prepare(self.decode_attention, adapter)
        positions = state[:, 1]
        cache.aim(positions, span)
        own = {self._cache_name: cache}
        if self.decode_attention == SHARED:
            own["shared_prompts"] = cache
        with torch.inference_mode():
            output = self._model(
                input_ids=state[:, :1],
                position_ids=positions[:, None],
                attention_mask=self._mask(cache, positions, span),
                use_cache=True,
                **own,
            )
        logits: Tensor = output.logits[:, -1]
        return logits

    def _prepare(self, attention: str, adapter: bool) -> None:
        if self._config._attn_implementation != attention:
            self._config._attn_implementation = attention
        if self._switch is not None and self._adapter_on is not adapter:
            self._switch(adapter)
            self._adapter_on = adapter

    def _mask(self, cache: SlotCache, positions: Tensor, span: int) -> Tensor | dict[str, Tensor]:
        if self.decode_attention in (FLASH, SHARED):
            return lengths_as_mask(cache.positions)
        columns = torch.arange(span, device=positions.device)
        seen = columns <= positions[:, None]
        if self._window is None:
            return self._additive(seen)
        near = seen & (columns > positions[:, None] - self._window)
        if not self._by_layer_type:
            return self._additive(near)
        return {
            "full_attention": self._additive(seen),
            "sliding_attention": self._additive(near),
        }

    def _additive(self, seen: Tensor) -> Tensor:
        own = self._model.dtype
        dtype = torch.float32 if self.decode_attention == PACKED else own
        mask = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
        return mask.masked_fill_(~seen, torch.finfo(own).min)[:, None, None, :]
