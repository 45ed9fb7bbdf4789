"""Tells why a model could not be loaded, or is not the one in its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError, EvalError
from evalpkg.generation.adapter_weights import detail, listed

_SCALES = ("weight_scale", "weight_scale_inv", ".SCB", ".absmax", ".quant_map")
"""Ends of the names of numbers by which quantised weights must be multiplied."""


def explained(error: Exception, name: str) -> EvalError:
    """Return the error that tells why transformers could not load the model called ``name``."""
    text = str(error)
    if "trust_remote_code" in text:
        return ConfigError(
            f"{name} comes with Python code of its own",
            "Read that code; if you trust it, add --trust-remote-code.",
        )
    first = detail(error)
    return EnvironmentUnfitError(
        f"{name} cannot be loaded: {first}",
        "Check that the files are complete and that transformers knows this architecture.",
    )


def refuse_partial(name: str, loaded: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse a model that is not the one in its files; return a note on weights that are not used.

    Args:
        name: the model's name, for errors.
        loaded: what transformers tells about the loading.

    Raises:
        DataError: if the files lack weights, have them in other shapes, or hold an adapter's or the
            scales of quantised weights.
    """
    if other := sorted(loaded.get("mismatched_keys", ())):
        key, here, wanted = other[0]
        raise DataError(
            f"{len(other)} of the weights of {name} have other shapes than its config.json tells: "
            f"{key} is {tuple(here)}, and the layer wants {tuple(wanted)}",
            "Were files of two models mixed? Fetch or copy the whole folder again.",
        )
    missing = sorted(loaded.get("missing_keys", ()))
    if missing:
        raise DataError(
            f"the files of {name} lack {len(missing)} of the model's weights: {listed(missing)}",
            "They would be random numbers. Fetch or save the whole model.",
        )
    unused = sorted(loaded.get("unexpected_keys", ()))
    if lora := [key for key in unused if "lora_" in key]:
        raise DataError(
            f"the files of {name} hold {len(lora)} weights of an adapter that was never merged: "
            f"{listed(lora)}",
            "They would change nothing. Merge them (PEFT's merge_and_unload) and save the model, "
            "or save the adapter alone with PEFT's save_pretrained.",
        )
    if scales := [key for key in unused if key.endswith(_SCALES)]:
        raise DataError(
            f"the files of {name} hold quantised weights with {len(scales)} scales, which its "
            f"config.json does not tell how to use: {listed(scales)}",
            "Copy the config.json with the quantization_config that the weights were saved with.",
        )
    if not unused:
        return ()
    return (f"The model does not use {len(unused)} weights in {name}: {listed(unused)}.",)
