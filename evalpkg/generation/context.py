"""The most tokens that a model takes, prompt and answer together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Context:
    """A limit on the tokens of a sample.

    Attributes:
        tokens: most tokens of prompt and answer together.
        name: the limit in words, for errors.
    """

    tokens: int
    name: str


def context_of(config: Any) -> Context | None:
    """Return the limit of a model with this config; None if the config sets none.

    Longrope has two sets of rotary frequencies, one for each side of a length. The longest sequence
    of a batch chooses the set for all of them, so beyond that length a sample would depend on its
    company. No sample may reach it.

    Args:
        config: config of the text model.
    """
    length = getattr(config, "max_position_embeddings", None)
    limits = [Context(length, f"the model's context of {length}")] if length else []
    for rope in _ropes(config):
        if "longrope" in (rope.get("rope_type"), rope.get("type")):
            original = rope.get("original_max_position_embeddings") or getattr(
                config, "original_max_position_embeddings", None
            )
            if original:
                limits.append(Context(original, _LONGROPE.format(original)))
    return min(limits, key=lambda limit: limit.tokens, default=None)


_LONGROPE = (
    "the model's original length of {}, beyond which its position embedding (longrope) would make "
    "samples depend on each other"
)


def _ropes(config: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each set of rotary parameters: one for all layers, or one for each type of layer."""
    for name in ("rope_parameters", "rope_scaling"):  # transformers 5, and 4
        found = getattr(config, name, None)
        if isinstance(found, Mapping):
            yield found
            yield from (inner for inner in found.values() if isinstance(inner, Mapping))
