"""Tries a model before it is used: one decode step must give what a full pass gives.

The decode loop passes a model positions, a mask and a cache of its own making. An architecture that
uses them in another way (it adds biases by distance, or keeps other state) would write nonsense, or
fail at its first token.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation.flash import FLASH
from evalpkg.generation.network import Network
from evalpkg.generation.shared import SHARED
from evalpkg.generation.slots import PACKED, SlotCache

_ROWS, _CAPACITY = 8, 64
_PROMPT = (7, 11, 13, 17)
_LENGTHS = (1, 3, 63, 64, 129, 200, 256, 300)
_LONG_CAPACITY = 512
_STEPS = 3

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
        DataError: if the logits of the full pass are not finite.
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
    if not bool(expected.isfinite().all()):
        raise DataError(
            f"the output of {name} is not a number (NaN or infinite)",
            "Its weights hold such values, or the number format overflows: try --dtype bfloat16 or "
            "float32.",
        )
    if off := _off(found, expected):
        raise ConfigError(
            f"{name} cannot be decoded by this package's loop: a step's logits differ from a full "
            f"pass by {off}",
            cure,
        )


def try_flash(network: Network, vocabulary: int) -> str:
    """Let FlashAttention compute the decode step if it passes a trial; return why it does not.

    It is tried where it computes the prompts.

    Args:
        network: the model, which has passed ``try_step``.
        vocabulary: number of tokens.
    """
    if network.prompt_attention != "flash_attention_2" or network.decode_attention != PACKED:
        return ""
    return _try_decoding(network, FLASH, vocabulary)


def try_shared(network: Network, vocabulary: int) -> str:
    """Let the samples of a prompt share its keys and values, as ``try_flash`` does.

    This needs a kernel that returns the log-sum-exp of the part that it computed.
    """
    if network.decode_attention != FLASH:
        return "FlashAttention does not compute the decode step"
    return _try_decoding(network, SHARED, vocabulary)


def _try_decoding(network: Network, attention: str, vocabulary: int) -> str:
    """Let ``attention`` compute the decode step if it passes a trial; return why it does not.

    Its logits must be those of the present one up to rounding, for rows of different lengths. In
    reverse order the rows must give the same bits, if they do at present. (With a mixture of
    experts they do not.)
    """
    present = network.decode_attention
    try:
        expected, steady = _long_steps(network, vocabulary)
        network.decode_attention = attention
        found, as_steady = _long_steps(network, vocabulary)
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:  # a kernel may raise anything
        network.decode_attention = present
        return (str(error).splitlines() or [type(error).__name__])[0]
    if off := _off(found, expected):
        flaw = f"its logits differ by {off}"
    elif steady and not as_steady:
        flaw = "a row's logits depend on the order of the rows"
    else:
        return ""
    network.decode_attention = present
    return flaw


def _long_steps(network: Network, vocabulary: int) -> tuple[Tensor, bool]:
    """Return the logits of steps after long prompts, and whether rows in any order give their bits.

    Two rows see each prompt.
    """
    orders = [_steps_after(network, lengths, vocabulary) for lengths in (_LENGTHS, _LENGTHS[::-1])]
    return orders[0], torch.equal(orders[0], orders[1].flip(1))


def _steps_after(network: Network, lengths: Sequence[int], vocabulary: int) -> Tensor:
    """Return the logits (steps, rows, vocabulary) after prompts of ``lengths``, two rows each."""
    each = [length for length in lengths for _ in range(2)]
    cache = network.slots(len(each), _LONG_CAPACITY, _STEPS)
    for number, length in enumerate(lengths):
        prefix, _ = network.prompt(_ids(length, vocabulary), adapter=False)
        cache.fill([2 * number, 2 * number + 1], prefix)
    logits = []
    for step in range(_STEPS):
        tokens = [_ids(length + step + 1, vocabulary)[-1] for length in each]
        places = [length + step for length in each]
        state = torch.tensor(list(zip(tokens, places, strict=True)), device=network.device)
        logits.append(network.step(cache, state, _LONG_CAPACITY, adapter=False))
    return torch.stack(logits)


def _ids(length: int, vocabulary: int) -> list[int]:
    return [(7 + 31 * place) % vocabulary for place in range(length)]


def _off(found: Tensor, expected: Tensor) -> str:
    """Return by how much two logits differ; empty if they are the same up to rounding."""
    limit = _TOLERANCE.get(expected.dtype, _ROUGH) * float(expected.float().abs().max())
    off = float((found.float() - expected.float()).abs().max())
    return "" if off <= limit else f"{off:.3g}"
