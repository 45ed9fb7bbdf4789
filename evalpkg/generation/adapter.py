"""The PEFT adapter that makes the fine-tuned model: its files, and the base it was trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import embedded, hub
from evalpkg.generation.generation_settings import EMBEDDED
from evalpkg.generation.vocabulary import TOKENIZER_FILES

_FILES = ("adapter_config.json", "adapter_model.safetensors", "adapter_model.bin")
_CONFIG = "adapter_config.json"
_WHOLE = "config.json"
_CHANGING = ("pissa", "olora", "loftq", "corda", "lora_ga")
"""Ways to begin a training (``init_lora_weights``) that change the base model's weights."""
_UNTOLD = ("pissa_niter_", "corda", "lora_ga")
"""Those of them that use random numbers or training data, so that no other process can repeat them.
"""


def locate(reference: str, revision: str) -> hub.ModelFiles:
    """Find the files of an adapter.

    Args:
        reference: local folder, ``embedded``, ``repo`` or ``repo/subfolder``.
        revision: branch, tag or commit of the repository; empty for the default branch.

    Raises:
        ConfigError: if there is no adapter of that name.
        EnvironmentUnfitError: if it cannot be fetched.
    """
    files = _find(reference, revision, _FILES)
    if not is_adapter(files):
        raise ConfigError(
            f"{reference} holds no {_CONFIG}",
            "Name the folder of one checkpoint, such as owner/repository/checkpoint-9000.",
        )
    return files


def locate_checkpoint(
    reference: str, revision: str, *, with_tokenizer: bool = False
) -> hub.ModelFiles:
    """Find the files of a fine-tuned model, which is an adapter or a whole model.

    Args:
        reference: like ``locate``; or a repository or folder with a whole model.
        revision: like ``locate``.
        with_tokenizer: fetch an adapter's own tokenizer too.

    Raises:
        ConfigError: if the name leads to neither an adapter nor a whole model.
        EnvironmentUnfitError: if it cannot be fetched.
    """
    files = _find(reference, revision, (*_FILES, _WHOLE))
    if is_adapter(files):
        return _find(reference, revision, (*_FILES, *TOKENIZER_FILES)) if with_tokenizer else files
    if not (files.folder / _WHOLE).is_file():
        raise ConfigError(
            f"{reference} holds neither {_CONFIG} nor {_WHOLE}",
            "Name the folder of one checkpoint, such as owner/repository/checkpoint-9000.",
        )
    return _find(reference, revision, hub.WHOLE_MODEL)


def is_adapter(files: hub.ModelFiles) -> bool:
    """Tell whether the files are those of an adapter; otherwise they are a whole model's."""
    return (files.folder / _CONFIG).is_file()


def is_beside_model(files: hub.ModelFiles) -> bool:
    """Tell whether an adapter's folder holds the weights of a whole model too."""
    return any(files.folder.glob("model*.safetensors"))


def _find(reference: str, revision: str, patterns: Sequence[str]) -> hub.ModelFiles:
    """Find a folder on this machine, or fetch the files that match from a repository."""
    if reference == EMBEDDED:
        return hub.ModelFiles(reference, embedded.adapter_folder())
    if folder := hub.local_folder(reference):
        return hub.ModelFiles(reference, folder)
    parts = reference.strip("/").split("/")
    if len(parts) < 2 or reference.startswith(("/", ".", "~")):
        raise ConfigError(
            f"there is no folder {reference!r}, and it does not name a Hub repository",
            "Give a folder, `owner/repository` or `owner/repository/subfolder`.",
        )
    files = hub.fetch("/".join(parts[:2]), revision, patterns, "/".join(parts[2:]))
    return hub.ModelFiles(reference, files.folder, files.revision)


def read_config(files: hub.ModelFiles) -> dict[str, Any]:
    """Read the adapter's config.

    Raises:
        DataError: if it is not a PEFT config.
    """
    try:
        config: dict[str, Any] = json.loads((files.folder / _CONFIG).read_text(encoding="utf-8"))
        kind, _ = config["peft_type"], config["base_model_name_or_path"]
        if not isinstance(kind, str):
            raise TypeError(f"peft_type is {kind!r}")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(
            f"{files.name}: {_CONFIG} cannot be read ({error!r})",
            "Save the adapter again with PEFT's save_pretrained: JSON in UTF-8, with peft_type and "
            "base_model_name_or_path.",
        ) from error
    return config


def declared_base(files: hub.ModelFiles) -> str:
    """Return the base model that the adapter's config names; empty if it names none.

    Raises:
        DataError: if the config is not a PEFT config.
        ConfigError: if the adapter adds prompt tokens instead of changing weights, or its files do
            not tell what it computes.
    """
    config = read_config(files)
    kind, base = config["peft_type"], config["base_model_name_or_path"]
    way = initial(config)
    if way.startswith(_UNTOLD):
        raise ConfigError(
            f"{files.name} was trained on weights that init_lora_weights={way!r} had changed, and "
            "its files do not tell how",
            "Save it with PEFT's path_initial_model_for_weight_conversion, or merge it into the "
            "model that it was trained in, save that, and give it as --checkpoint-path.",
        )
    if config.get("alora_invocation_tokens"):
        raise ConfigError(
            f"{files.name} is an activated LoRA (alora_invocation_tokens), which works only behind "
            "certain tokens of a prompt",
            "Only adapters that work on every token are supported.",
        )
    if _adds_tokens(kind):
        raise ConfigError(
            f"{files.name} is a {kind} adapter: it adds prompt tokens and leaves the weights alone",
            "Only adapters that change weights, such as LoRA, are supported.",
        )
    return str(base or "")


def initial(config: Mapping[str, Any]) -> str:
    """Return the way to begin a training that changes the base model's weights; empty for none."""
    way = str(config.get("init_lora_weights") or "").lower()
    return way if way.startswith(_CHANGING) else ""


def _adds_tokens(kind: str) -> bool:
    """Tell whether adapters of this kind bring tokens, or their keys and values, for the prompt."""
    from peft import PromptLearningConfig
    from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

    return "PROMPT" in kind or issubclass(
        PEFT_TYPE_TO_CONFIG_MAPPING.get(kind, object), PromptLearningConfig
    )


def check_base(files: hub.ModelFiles, base_model: str, *, allow_mismatch: bool) -> str:
    """Refuse an adapter that was trained on another model; return the base that it names.

    Names are compared without owner, ``Meta-`` and quantisation suffixes, because the same weights
    are published under several such names.

    Raises:
        ConfigError: if the names differ or the adapter names no base model.
    """
    declared = declared_base(files)
    if not declared and not allow_mismatch:
        raise ConfigError(
            f"the adapter {files.name} does not say which model it was trained on; the base model "
            f"is {base_model!r}",
            "If it was trained on that model, add --allow-base-mismatch.",
        )
    asked = embedded.MODEL_ID if base_model == EMBEDDED else base_model
    if not allow_mismatch and _plain(declared) != _plain(asked):
        raise ConfigError(
            f"the adapter {files.name} was trained on {declared!r}, but the base model is "
            f"{base_model!r}",
            "Choose the adapter's own base model (or for the embedded model the adapter "
            "`embedded`, or no adapter). If both names mean the same weights: "
            "--allow-base-mismatch.",
        )
    return declared


def _plain(name: str) -> str:
    last = name.rstrip("/").rsplit("/", 1)[-1].lower()
    last = re.sub(r"^meta-(?=llama)", "", last)
    return re.sub(r"(-unsloth)?-bnb-4bit$", "", last)
