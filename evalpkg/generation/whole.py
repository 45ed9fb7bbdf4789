"""Checks a whole fine-tuned model by its files alone.

It is loaded when the base model has generated all its samples. What is wrong with it must show
before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation import hub
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.loading import explained, refuse_newer, refuse_partial

_ONE, _INDEX, _PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model*.bin"


def foresee_whole(settings: GenerationSettings, files: hub.ModelFiles) -> None:
    """Refuse a whole model whose files show that it cannot be loaded. No weights are read.

    Args:
        settings: say whether Python code of its own may run.
        files: the model's files.

    Raises:
        ConfigError: if it needs code of its own that is not trusted.
        DataError: if the files lack some of the weights, or cannot be read.
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
        _, loaded = AutoModelForCausalLM.from_pretrained(
            files.folder,
            config=config,
            device_map={"": "meta"},
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            **remote,
        )
    except Exception:  # transformers 4 cannot; loading the model then tells what is wrong
        return
    refuse_partial(files.name, loaded)


def refuse_useless(files: hub.ModelFiles, base: hub.ModelFiles) -> None:
    """Refuse a whole model whose weights are not numbers, or are the base model's. All are read.

    Raises:
        ConfigError: if they are those of ``base``, in whatever parts or number format.
        DataError: if they cannot be read, or hold NaN or infinite values.
    """
    with _tensors(files) as own, _tensors(base) as others:
        broken = [name for name in own if not weights.is_finite(own[name].get_tensor(name))]
        if broken:
            raise DataError(
                f"the weights of {files.name} hold values that are not numbers (NaN or infinite) "
                f"in {weights.listed(broken)}",
                "The training diverged: take an earlier checkpoint.",
            )
        common = own.keys() & others.keys()
        if not common or common not in (own.keys(), others.keys()):
            return
        if all(_equal(others[n].get_tensor(n), own[n].get_tensor(n)) for n in sorted(common)):
            raise ConfigError(
                f"the weights of {files.name} are those of {base.name}: the base model would be "
                "compared with itself",
                "Name the folder that training wrote.",
            )


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
def _tensors(files: hub.ModelFiles) -> Iterator[dict[str, Any]]:
    """Open a model's safetensors; yield the open file of each tensor, by the tensor's name."""
    from safetensors import safe_open

    with ExitStack() as stack:
        found = {}
        for part in _parts(files):
            path = files.folder / part
            try:
                opened = stack.enter_context(safe_open(path, "pt"))
            except Exception as error:  # safetensors has errors of its own
                raise DataError(
                    f"{path} cannot be read: {error}",
                    "Is it cut off? Fetch it again, and compare its size.",
                ) from error
            found.update(dict.fromkeys(opened.keys(), opened))
        yield found


def _parts(files: hub.ModelFiles) -> list[str]:
    """Return the names of the files that transformers takes the weights from, if safetensors.

    Raises:
        DataError: if one is missing.
    """
    index = files.folder / _INDEX
    if (files.folder / _ONE).is_file():
        return [_ONE]
    if not index.is_file():
        if any(files.folder.glob(_PICKLED)):
            return []
        raise DataError(
            f"{files.name} holds no weights: neither {_ONE} nor {_INDEX}",
            "Copy the whole folder of the checkpoint.",
        )
    try:
        parts = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        missing = [name for name in parts if not (files.folder / name).is_file()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{index} cannot be read: {error!r}", "Fetch it again.") from error
    if missing:
        raise DataError(
            f"{files.name} lacks {len(missing)} of the {len(parts)} files that its weights are in: "
            f"{weights.listed(missing)}",
            "Copy or fetch the whole folder.",
        )
    return parts
