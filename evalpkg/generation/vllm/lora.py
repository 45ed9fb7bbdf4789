"""Reads a LoRA adapter's config: whether vLLM can apply it, and the rank that vLLM must know."""

from __future__ import annotations

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import adapter, hub
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation.generation_settings import GenerationSettings

_CURE = (
    "Use --backend transformers, or merge the adapter into the base model, save that, and give it "
    "as --checkpoint-path."
)
_WHOLE_LAYERS = ("modules_to_save", "trainable_token_indices")
_OTHERWISE = ("use_dora", "lora_bias", "layer_replication", "use_qalora", "target_parameters")
"""Settings with which a layer computes something else than the sum of two products."""
_NEEDED = ("r", "lora_alpha", "target_modules")


def refuse_adapter(settings: GenerationSettings) -> None:
    """Refuse an adapter that vLLM does not apply, before anything is loaded.

    vLLM adds low-rank matrices to layers of the base model. It takes no other layers from an
    adapter, and present versions take no tokens beyond the base model's.

    Raises:
        ConfigError: if the adapter is of another kind, or brings layers or embeddings.
        DataError: if its files cannot be read, or its config is not complete.
    """
    if not settings.checkpoint_path:
        return
    own = settings.finetuned_template == "adapter"
    files = adapter.locate_checkpoint(
        settings.checkpoint_path, settings.adapter_revision, with_tokenizer=own
    )
    if not adapter.is_adapter(files):
        return
    adapter.declared_base(files)
    config = adapter.read_config(files)
    if config["peft_type"] != "LORA":
        raise ConfigError(
            f"{files.name} is a {config['peft_type']} adapter, and vLLM applies LoRA only", _CURE
        )
    if lacking := [name for name in _NEEDED if config.get(name) is None]:
        raise DataError(
            f"the config of the adapter {files.name} lacks {lacking[0]!r}, which vLLM needs",
            "Copy the adapter_config.json that training wrote, or use --backend transformers.",
        )
    unlike = [name for name in _OTHERWISE if config.get(name)]
    if config.get("bias") not in (None, "none"):
        unlike.append("bias")
    if unlike:
        raise ConfigError(
            f"the adapter {files.name} is more than LoRA ({unlike[0]} in its config), which vLLM "
            "does not apply",
            _CURE,
        )
    if way := adapter.initial(config):
        raise ConfigError(
            f"the adapter {files.name} belongs to weights that init_lora_weights={way!r} changed, "
            "and vLLM takes the base model's as they are",
            _CURE,
        )
    brought = next((f"{name} in its config" for name in _WHOLE_LAYERS if config.get(name)), "")
    if own and not brought:
        brought = next((name for name in weights.read(files) if "lora_" not in name), "")
    if brought:
        raise ConfigError(
            f"the adapter {files.name} brings layers or embeddings of its own ({brought}), and "
            "vLLM applies low-rank matrices only",
            f"{_CURE} --own-tokenizers gives a whole model its own tokenizer and chat template.",
        )


def rank(files: hub.ModelFiles) -> int:
    """Return the largest rank of the adapter's layers."""
    config = adapter.read_config(files)
    return max(int(each) for each in (config["r"], *(config.get("rank_pattern") or {}).values()))
