"""Tries a model before it is used: one decode step must give what a full pass gives.

The decode loop passes a model positions, a mask and a cache of its own making. An architecture that
uses them in another way (it adds biases by distance, or keeps other state) would write nonsense, or
fail at its first token.
"""

from __future__ import annotations

import torch

from evalpkg.errors import ConfigError
from evalpkg.generation.network import Network
from evalpkg.generation.slots import SlotCache

_ROWS, _CAPACITY = 8, 64
_PROMPT = (7, 11, 13, 17)

_TOLERANCE = {torch.float32: 1e-3}
_ROUGH = 0.1
"""Share of the largest logit, for 16-bit number formats. A wrong pass differs by about all of it.
"""


def try_step(network: Network, vocabulary: int, name: str) -> None:
    """Compare the step after three tokens with a full pass over four.

    Args:
        network: the model, with its adapter's layers off.
        vocabulary: number of tokens.
        name: the architecture's name, for errors.

    Raises:
        ConfigError: if the step fails, or its logits differ by more than rounding.
    """
    cure = "Serve the model, for instance with vLLM, and use the openai backend."
    ids = [token % vocabulary for token in _PROMPT]
    try:
        _, expected = network.prompt(ids, adapter=False)
        prefix, _ = network.prompt(ids[:-1], adapter=False)
        cache = SlotCache(_ROWS, _CAPACITY)
        cache.fill(range(_ROWS), prefix)
        last = torch.tensor([[ids[-1], len(ids) - 1]] * _ROWS, device=network.device)
        found = network.step(cache, last, _CAPACITY, adapter=False)
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:  # an unknown architecture may raise anything
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(
            f"{name} cannot be decoded by this package's loop: {type(error).__name__}: {words}",
            cure,
        ) from error
    limit = _TOLERANCE.get(expected.dtype, _ROUGH) * float(expected.float().abs().max())
    off = float((found.float() - expected.float()).abs().max())
    if not off <= limit:
        raise ConfigError(
            f"{name} cannot be decoded by this package's loop: a step's logits differ from a full "
            f"pass by {off:.3g}",
            cure,
        )
