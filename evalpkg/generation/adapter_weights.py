"""Reads an adapter's tensors and matches them by name to the layers that its config describes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import hub

SAFE, PICKLED = "adapter_model.safetensors", "adapter_model.bin"
_WRAPPERS = frozenset({"base_model", "model", "module", "_orig_mod", "language_model"})
"""Parts that PEFT, transformers, data parallel or torch.compile add to names when they wrap a
model, and the part of a model of text and images that writes text."""
_INSIDE = frozenset(
    {
        *("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"),
        "base_layer",
    }
)
"""Parts that torch.compile, FSDP, activation checkpointing and Lightning add at any place, and the
one that PEFT adds to a weight of the base model below an adapter's layer."""
_TRAINED_COPY = "modules_to_save"
"""Part of the name under which a model holds a layer that was trained as a whole."""
_TOKENS = "trainable_tokens_delta"
_MATRIX = re.compile(r"(?:^|\.)lora_")

_NAMED = 3


def read(files: hub.ModelFiles) -> dict[str, Any]:
    """Read the adapter's tensors into a dict, keyed by the names in the file.

    Raises:
        DataError: if the weights file is missing or unreadable, holds no tensor, or a tensor holds
            a value that is not a finite number.
    """
    import torch

    path = files.folder / SAFE
    try:
        if path.is_file():
            from safetensors.torch import load_file

            tensors = load_file(path)
        else:
            path = files.folder / PICKLED
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        parts = len([*files.folder.glob("adapter_model-*-of-*.*")])
        if parts:
            raise DataError(
                f"the weights of {files.name} are in {parts} parts, which PEFT does not read",
                f"Load the parts with safetensors, join their tensors, and save them as {SAFE}.",
            ) from None
        raise DataError(
            f"{files.name} holds neither {SAFE} nor {PICKLED}: the adapter has no weights",
            "Copy the whole folder of the checkpoint.",
        ) from None
    except Exception as error:  # torch and safetensors raise a dozen kinds
        raise DataError(
            f"{path} cannot be read: {detail(error)}",
            "Is it cut off? Fetch it again, and compare its size.",
        ) from error
    if not isinstance(tensors, dict) or not all(
        isinstance(name, str) and is_plain(tensor) for name, tensor in tensors.items()
    ):
        raise DataError(f"{path} is not a table of tensors", "Is it the adapter's weights file?")
    if not tensors:
        raise DataError(
            f"{path} holds no tensors: the adapter would change nothing",
            "Save it again; with DeepSpeed or FSDP the weights must be gathered before saving.",
        )
    odd = [n for n, t in tensors.items() if _MATRIX.search(n) and not t.is_floating_point()]
    if odd:
        kind = str(tensors[odd[0]].dtype).removeprefix("torch.")
        raise DataError(
            f"{path} holds {kind} values in {listed(odd)}, which is no format of weights",
            "Save it again as it was trained, in float32, float16 or bfloat16.",
        )
    broken = [name for name, tensor in tensors.items() if not is_finite(tensor)]
    if broken:
        raise DataError(
            f"{path} holds values that are not numbers (NaN or infinite) in {listed(broken)}",
            "The training diverged: take an earlier checkpoint.",
        )
    return tensors


def matched(
    given: Mapping[str, Any], wanted: Collection[str], held: Iterable[str], adapter: str
) -> dict[str, str]:
    """Map the name of every tensor in an adapter's file to its name in the model.

    Names may differ by known wrappers only: those of torch.compile and FSDP, a doubled ``model.``,
    a missing ``base_model.model.``, the adapter's own name. They are matched where, without the
    wrappers, exactly one tensor and one layer remain.

    Args:
        given: tensors by their names in the file.
        wanted: names that PEFT would write for the adapter that its config describes.
        held: names of all weights of the model with the adapter's layers. Some files hold weights
            of the base model too, as they are or trained.
        adapter: the adapter's name, for errors.

    Raises:
        ConfigError: if a tensor fits no layer, or a layer would get no tensor.
    """
    if set(given) == set(wanted):
        return {name: name for name in given}
    layers = _by_core(wanted)
    others = {core(name): name for name in held}
    found: dict[str, str] = {}
    stray: list[str] = []
    for bare, every in _by_core(given).items():
        names = _without_copies(every, given)
        if exact := [name for name in names if name in wanted]:
            found |= {name: name for name in exact}
            stray += [name for name in names if name not in wanted]
        elif len(names) == 1 and len(layers.get(bare, ())) == 1:
            found[names[0]] = layers[bare][0]
        elif len(names) == 1 and bare in others and bare not in layers and _TOKENS not in bare:
            found[names[0]] = others[bare]
        else:
            stray += [name for name in names if not _is_shared(name, given, wanted)]
    if stray:
        raise ConfigError(
            f"{len(stray)} of the {len(given)} tensors of the adapter {adapter} fit nowhere in the "
            f"base model: {listed(stray)}",
            "The adapter was made for another model, or saved from a wrapped one whose names "
            "cannot be mended. Save it again with PEFT's save_pretrained.",
        )
    empty = sorted(set(wanted) - set(found.values()))
    if empty:
        raise ConfigError(
            f"{len(empty)} of the {len(wanted)} weights that the config of the adapter {adapter} "
            f"asks for are not in its file: {listed(empty)}",
            "Those layers would stay as they are in the base model. Fetch or save the whole file.",
        )
    return found


def untrained(tensors: Mapping[str, Any], letter: str) -> tuple[list[str], int]:
    """Return the matrices ``lora_A`` or ``lora_B`` of zeros, and the number of all such matrices.

    Args:
        tensors: the adapter's tensors.
        letter: ``A`` or ``B``.
    """
    kinds = (f"lora_{letter}", f"lora_embedding_{letter}")
    named = {name: t for name, t in tensors.items() if any(kind in name for kind in kinds)}
    return [name for name, tensor in named.items() if not bool(tensor.float().any())], len(named)


def has_only_matrices(tensors: Iterable[str]) -> bool:
    """Tell whether an adapter has nothing but ``lora_A`` and ``lora_B``."""
    return all(re.search(r"lora_(?:embedding_)?[AB]", name) for name in tensors)


def listed(names: Iterable[str]) -> str:
    """Join the first few names, and say how many more there are."""
    names = list(names)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def is_plain(value: Any) -> bool:
    """Tell whether a pickled value is a tensor that holds its numbers, and all of them."""
    import torch

    plain = torch.is_tensor(value) and value.layout == torch.strided and not value.is_meta
    return plain and not value.is_quantized


def is_finite(tensor: Any) -> bool:
    """Tell whether a tensor is finite; torch cannot ask this of every 8-bit format."""
    return bool((tensor.float() if tensor.element_size() == 1 else tensor).isfinite().all())


def _by_core(names: Iterable[str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for name in names:
        found[core(name)].append(name)
    return found


def _without_copies(names: Sequence[str], given: Mapping[str, Any]) -> list[str]:
    """Return the names of one layer's tensors without those under which PEFT saves it once more."""
    plain = [name for name in names if _TRAINED_COPY not in name.split(".")]
    return [n for n in names if n in plain or not any(_equal(given[n], given[p]) for p in plain)]


def _equal(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool((one == other).all())


def _is_shared(name: str, given: Mapping[str, Any], wanted: Collection[str]) -> bool:
    """Tell whether trained tokens stand in the file once more.

    They do so for an output layer that shares the embedding's weights.
    """
    return _TOKENS in name and any(
        _TOKENS in other and core(other) in map(core, wanted) and _equal(given[name], given[other])
        for other in given
    )


def core(name: str) -> str:
    """Strip the wrappers that stand first, those at any place, and an adapter's name."""
    name = name.replace(".token_adapter.base_layer.", ".")
    parts = [part for part in name.split(".") if part not in _INSIDE]
    while len(parts) > 1 and parts[0] in _WRAPPERS:
        del parts[0]
    if _TRAINED_COPY in parts:
        at = parts.index(_TRAINED_COPY)
        del parts[at : at + 2 if parts[at + 1 : at + 2] == ["default"] else at + 1]
    if len(parts) > 1 and parts[-1] == "default":
        del parts[-1]
    trained = next((n for n, part in enumerate(parts) if part.startswith(("lora_", _TOKENS))), None)
    if trained is not None:
        is_matrix = parts[trained].startswith("lora_") and parts[trained] != "lora_magnitude_vector"
        kept = ("weight", "bias") if is_matrix else ()
        parts[trained + 1 :] = [part for part in parts[trained + 1 :] if part in kept]
    elif len(parts) > 2 and parts[-2] == "default":
        del parts[-2]
    return ".".join(parts)


def detail(error: Exception) -> str:
    """Return the first line with content: torch's messages begin with the class and a colon."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[1] if lines[0].endswith(":") and len(lines) > 1 else lines[0]
