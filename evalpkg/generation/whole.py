"""Checks a whole fine-tuned model by its files alone.

It is loaded when the base model has generated all its samples. What is wrong with it must show
before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation import hub
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.loading import refuse_newer
from evalpkg.generation.loading_errors import explained, refuse_partial
from evalpkg.generation.tokens import configured_ends

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Names of the weights, in the order in which transformers looks for them: safetensors, pickled. If
they are in parts, an index beside them lists the parts.
"""


def foresee_whole(settings: GenerationSettings, files: hub.ModelFiles) -> int:
    """Refuse a whole model whose files show that it cannot be used. No weights are read.

    Args:
        settings: say whether Python code of its own may run.
        files: the model's files.

    Returns:
        rows of its embedding; 0 if only loading it tells.

    Raises:
        ConfigError: if it needs code of its own that is not trusted.
        DataError: if the files lack some of the weights, or cannot be read, or its end tokens are
            no numbers.
        EnvironmentUnfitError: if transformers cannot read its config.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    remote = {"trust_remote_code": settings.trust_remote_code}
    refuse_newer(files)
    try:
        config = AutoConfig.from_pretrained(files.folder, **remote)
    except Exception as error:  # transformers raises a dozen kinds
        raise explained(error, files.name) from error
    with _tensors(files):  # the header of every part is read
        pass
    try:
        model, loaded = AutoModelForCausalLM.from_pretrained(
            files.folder,
            config=config,
            device_map={"": "meta"},
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            **remote,
        )
    except Exception:  # transformers 4 cannot; loading the model then tells what is wrong
        return 0
    refuse_partial(files.name, loaded)
    configured_ends(model, files.name)
    return int(model.get_input_embeddings().weight.shape[0])


def refuse_useless(files: hub.ModelFiles, base: hub.ModelFiles) -> None:
    """Refuse a whole model whose weights are not numbers, or are the base model's. All are read.

    Raises:
        ConfigError: if they are those of ``base``, in whatever parts or number format.
        DataError: if they cannot be read, hold NaN or infinite values, or integers that nobody can
            scale.
    """
    with _tensors(files) as own, _tensors(base) as others:
        whole = [n for n, read in own.items() if not read().is_floating_point()]
        if odd := [n for n in whole if n.endswith("weight") and not _is_quantised(files)]:
            raise DataError(
                f"{files.name} holds whole numbers in {weights.listed(odd)}, and its config.json "
                "does not tell how they were quantised",
                "Copy the config.json with the quantization_config that the weights were saved "
                "with.",
            )
        broken = [name for name, read in own.items() if not weights.is_finite(read())]
        if broken:
            raise DataError(
                f"the weights of {files.name} hold values that are not numbers (NaN or infinite) "
                f"in {weights.listed(broken)}",
                "The training diverged: take an earlier checkpoint.",
            )
        common = own.keys() & others.keys()
        if not common or common not in (own.keys(), others.keys()):
            return
        if all(_equal(others[name](), own[name]()) for name in sorted(common)):
            raise ConfigError(
                f"the weights of {files.name} are those of {base.name}: the base model would be "
                "compared with itself",
                "Name the folder that training wrote.",
            )


def _is_quantised(files: hub.ModelFiles) -> bool:
    """Tell whether a model's config says how its weights were quantised."""
    config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
    return "quantization_config" in config


def _equal(base: Any, own: Any) -> bool:
    """Tell whether two tensors hold the same numbers in the format of the second."""
    import torch

    if base.shape != own.shape:
        return False
    base = base.to(own.dtype)
    if own.element_size() == 1:  # torch cannot compare every 8-bit format
        base, own = base.float(), own.float()
    return bool(torch.equal(base, own))


@contextmanager
def _tensors(files: hub.ModelFiles) -> Iterator[Mapping[str, Callable[[], Any]]]:
    """Open a model's weights; yield a function that reads a tensor, by the tensor's name.

    Nothing is yielded for files of PyTorch before 1.6, which can only be read at once.
    """
    with ExitStack() as stack:
        found: dict[str, Callable[[], Any]] = {}
        parts = [files.folder / part for part in _parts(files)]
        if any(_is_old(path) for path in parts):
            parts = []
        for path in parts:
            try:
                found |= _pickled(path) if path.suffix == ".bin" else _safe(path, stack)
            except Exception as error:  # safetensors and torch have errors of their own
                raise DataError(
                    f"{path} cannot be read: {error}",
                    "Is it cut off? Fetch it again, and compare its size.",
                ) from error
        yield found


def _safe(path: Path, stack: ExitStack) -> dict[str, Callable[[], Any]]:
    from safetensors import safe_open

    opened = stack.enter_context(safe_open(path, "pt"))
    return {name: partial(opened.get_tensor, name) for name in opened.keys()}  # noqa: SIM118


def _pickled(path: Path) -> dict[str, Callable[[], Any]]:
    import torch

    held = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    return {name: partial(held.get, name) for name, one in held.items() if weights.is_plain(one)}


def _is_old(path: Path) -> bool:
    """Tell whether a pickled file is no zip archive, as torch writes since 1.6."""
    if path.suffix != ".bin":
        return False
    with path.open("rb") as file:
        return file.read(2) != b"PK"


def _parts(files: hub.ModelFiles) -> list[str]:
    """Return the names of the files that transformers takes the weights from.

    Raises:
        DataError: if one is missing.
    """
    indexes = {name: files.folder / f"{name}.index.json" for name in _WEIGHTS}
    for name, index in indexes.items():
        if (files.folder / name).is_file():
            return [name]
        if index.is_file():
            break
    else:
        raise DataError(
            f"{files.name} holds no weights: neither {' nor '.join(_WEIGHTS)} nor their index",
            "Copy the whole folder of the checkpoint.",
        )
    try:
        parts = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        missing = [part for part in parts if not (files.folder / part).is_file()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{index} cannot be read: {error!r}", "Fetch it again.") from error
    if missing:
        raise DataError(
            f"{files.name} lacks {len(missing)} of the {len(parts)} files that its weights are in: "
            f"{weights.listed(missing)}",
            "Copy or fetch the whole folder.",
        )
    return parts
