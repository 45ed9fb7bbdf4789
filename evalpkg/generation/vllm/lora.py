"""Reads the rank of a LoRA adapter, which vLLM must know before it loads the adapter."""

from __future__ import annotations

import json

from evalpkg.errors import ConfigError
from evalpkg.generation import hub

_CONFIG = "adapter_config.json"


def rank(files: hub.ModelFiles) -> int:
    """Return the largest rank of the adapter's layers.

    Raises:
        ConfigError: if it is not a LoRA adapter, the only kind that vLLM applies.
    """
    config = json.loads((files.folder / _CONFIG).read_text(encoding="utf-8"))
    if config["peft_type"] != "LORA":
        raise ConfigError(
            f"{files.name} is a {config['peft_type']} adapter, and vLLM applies LoRA only",
            "Use --backend transformers, or merge the adapter into the base model, save that, and "
            "give it as --checkpoint-path.",
        )
    return max(int(each) for each in (config["r"], *(config.get("rank_pattern") or {}).values()))
