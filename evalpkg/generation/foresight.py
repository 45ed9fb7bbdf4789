"""Compares an adapter's files with the base model's config, before any weights of that are read.

The base model's layers are made without weights, which takes less than a second. PEFT adds the
adapter's layers to them, and names and shapes can be compared.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from evalpkg.errors import ConfigError
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation import hub, vocabulary
from evalpkg.generation.adapter import read_config
from evalpkg.generation.attach import explained, idle_layers, matched, of_zeros
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.tokenizer_files import has_tokenizer, load_tokenizer, read_tokenizer
from evalpkg.generation.vocabulary import Vocabulary


def foresee(
    settings: GenerationSettings, files: hub.ModelFiles, base: hub.ModelFiles, probe: str
) -> Vocabulary | None:
    """Refuse an adapter whose files show that it does not fit; return a vocabulary of its own.

    Args:
        settings: say whether the adapter's own tokenizer is asked for.
        files: the adapter's files.
        base: the base model's files; its weights need not be there yet.
        probe: a message that the adapter's chat template must render.

    Returns:
        None if both models get the base model's token ids.

    Raises:
        ConfigError: if the adapter does not fit the base model, or its tokenizer or its vocabulary
            cannot be used as asked.
        DataError: if its files cannot be read or contradict each other.
        EnvironmentUnfitError: if the installed PEFT cannot read it.
    """
    wanted = settings.finetuned_template == "adapter"
    tensors = weights.read(files)
    of_zeros(tensors, files.name)
    tokenizer = None
    if wanted:
        if not has_tokenizer(files):
            raise ConfigError(
                f"{files.name} holds no tokenizer, and {vocabulary.OPTION} asks for the adapter's "
                "own",
                "Save it there with tokenizer.save_pretrained, or leave the option out: both "
                "models then get the base model's prompts.",
            )
        tokenizer = read_tokenizer(settings, files)
        base_tokenizer = load_tokenizer(settings, base)
        vocabulary.check_own(
            tokenizer, base_tokenizer, probe, files.name, raw=settings.raw_completion
        )
    model = _layers(settings, base)
    if model is None:
        if wanted:
            raise ConfigError(
                f"the layers of {settings.base_model} cannot be made from its config alone, which "
                f"{vocabulary.OPTION} needs",
                "Merge the adapter into the base model, save that with its tokenizer, and give it "
                "as --checkpoint-path with --own-tokenizers.",
            )
        return None  # loading it says why, or compares with the loaded model
    rows = vocabulary.rows_of(model, tensors, read_config(files))
    own = None
    if wanted:
        fitting = rows.fitting(vocabulary.needed_rows(tokenizer), files.name)
        own = Vocabulary(tokenizer, fitting, vocabulary.ends_of(files, tokenizer))
        if fitting != rows.base:
            model.resize_token_embeddings(fitting, mean_resizing=False)
    else:
        vocabulary.refuse_extended(rows, files.name, settings.base_model)
    _compare(model, files, tensors, settings.base_model)
    return own


def _layers(settings: GenerationSettings, files: hub.ModelFiles) -> Any:
    """Make a model's layers without weights; return None if its config alone does not tell them."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    remote = {"trust_remote_code": settings.trust_remote_code}
    try:
        config = AutoConfig.from_pretrained(files.folder, **remote)
        with torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return AutoModelForCausalLM.from_config(config, **remote)
    except Exception:  # loading the model tells what is wrong
        return None


def _compare(
    model: Any, files: hub.ModelFiles, tensors: Mapping[str, Any], base_model: str
) -> None:
    """Let PEFT add the adapter's layers, and compare their names and shapes with the file's."""
    import peft

    try:
        config = peft.PeftConfig.from_pretrained(files.folder)
        if hasattr(config, "init_lora_weights"):
            config.init_lora_weights = False  # some ways to begin need the base model's weights
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adapted = peft.get_peft_model(model, config, low_cpu_mem_usage=True)
    except (ValueError, KeyError, IndexError) as error:
        raise explained(error, files, base_model) from error
    except Exception:  # a kind that cannot be made without weights is compared with the real model
        return
    idle, scaled = idle_layers(adapted)
    if scaled and len(idle) == scaled and weights.has_only_matrices(tensors):
        raise ConfigError(
            f"the config of the adapter {files.name} scales each of its {scaled} layers by zero: "
            "it changes nothing",
            "Is its lora_alpha right? Copy the adapter_config.json that training wrote.",
        )
    matched(adapted, tensors, files, base_model)
