"""Settings of the compared models: names, revisions and the form of their weights."""

from __future__ import annotations

from typing import Annotated, Literal

from evalpkg.config.options.setting import Options, setting
from evalpkg.config.values import OneOf, Place, Text
from evalpkg.generation import BACKENDS, GenerationSettings

DEFAULTS = GenerationSettings()


class ModelOptions(Options):
    """Settings of the compared models: names, revisions and the form of their weights."""

    base_model: Text = setting(
        DEFAULTS.base_model,
        "base model: a hub name, a folder, or 'embedded' for the small model in the package",
        "Models",
    )
    checkpoint_path: Text = setting(
        DEFAULTS.checkpoint_path,
        "the fine-tuned model, an adapter or a whole model: repo, repo/subfolder, a folder, or "
        "'embedded'",
        "Models",
    )
    skip_base: bool = setting(False, "leave the base model out", "Models")
    skip_finetuned: bool = setting(False, "leave the fine-tuned model out", "Models")
    backend: Annotated[str, OneOf(BACKENDS)] = setting(
        DEFAULTS.backend,
        "source of the completions: "
        + ", ".join(f"{name} ({entry.summary})" for name, entry in BACKENDS.items()),
        "Models",
    )
    base_revision: str = setting("", "revision of the base model on the hub", "Models")
    adapter_revision: str = setting("", "revision of the fine-tuned model on the hub", "Models")
    own_tokenizers: bool = setting(
        False,
        "give a whole fine-tuned model its own tokenizer and chat template, not the base model's",
        "Models",
    )
    finetuned_template: Literal["base", "adapter"] = setting(
        "base",
        "tokenizer, chat template and vocabulary of a fine-tuned model that is an adapter: the "
        "base model's, or those in the adapter's folder",
        "Models",
    )
    allow_base_mismatch: bool = setting(
        False, "use an adapter although it names another base model", "Models"
    )
    trust_remote_code: bool = setting(
        False, "run Python code that comes with the model, outside any sandbox", "Models"
    )
    device: Text = setting(DEFAULTS.device, "auto, cpu, cuda or cuda:N", "Models")
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = setting(
        DEFAULTS.dtype, "number format of the weights", "Models"
    )
    load_in_4bit: bool = setting(False, "quantise the base to 4 bits (bitsandbytes)", "Models")
    attention: Literal["auto", "sdpa", "flash_attention_2", "eager"] = setting(
        DEFAULTS.attention, "attention kernel for the prompts", "Models"
    )
    share_prompts: bool = setting(
        False,
        "store a prompt once for all its samples, where FlashAttention computes the decoding "
        "steps; not measured yet",
        "Models",
    )
    no_cuda_graphs: bool = setting(
        False, "launch the kernels of a decoding step one by one (CUDA)", "Models", identity=False
    )
    reuse_base: Place | None = setting(
        None,
        "output directory of another run, whose base samples are reused; weights, prompts, tasks "
        "and sampling must have the same digests",
        "Models",
        identity=False,
    )
