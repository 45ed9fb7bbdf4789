"""A model that is ready to generate, and the exchange of one model for the other in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from evalpkg.errors import ConfigError
from evalpkg.generation import hub, tokens
from evalpkg.generation.attach import attach
from evalpkg.generation.base import Listener
from evalpkg.generation.context import context_of
from evalpkg.generation.decoding import Decoder
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.loading import BaseModel, load_base
from evalpkg.generation.network import Network
from evalpkg.generation.reader import Reader
from evalpkg.generation.rows import auto_rows
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.selftest import try_flash, try_shared, try_step
from evalpkg.generation.vocabulary import Vocabulary

_LONG_PROMPT = 512
"""Tokens; prompts of the public task sets are shorter."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A loaded model with everything that decoding needs.

    Attributes:
        model: weights, their files, and the tokenizer.
        network: the model's forward passes.
        reader: turns tasks into prompts, and answers into samples.
        decoder: the decode loop.
    """

    model: BaseModel
    network: Network
    reader: Reader
    decoder: Decoder


def set_up(
    settings: GenerationSettings,
    listener: Listener,
    model: BaseModel,
    switch: Callable[[bool], None] | None = None,
) -> Stage:
    """Make a loaded model ready to generate.

    Args:
        settings: how to sample.
        listener: told of tokens, prompts and notes.
        model: the loaded model.
        switch: turns the adapter's layers on and off; None if there is no adapter.

    Raises:
        ConfigError: if this package's decode loop cannot run the architecture.
        DataError: if the model's end tokens are no numbers.
    """
    tokenizer = model.tokenizer
    ends = tokens.end_ids(model.model, tokenizer, model.files.name)
    network = Network(model.model, model.attention, switch)
    config = model.model.config.get_text_config()
    try_step(network, config.vocab_size, type(model.model).__name__)
    if flaw := try_flash(network, config.vocab_size):
        model = _noted(
            model, f"FlashAttention computes the prompts, and not the decode step: {flaw}", listener
        )
    if settings.share_prompts and (flaw := try_shared(network, config.vocab_size)):
        model = _noted(model, f"samples do not share their prompt: {flaw}", listener)
    tokens_at_most = settings.max_new_tokens + _LONG_PROMPT
    rows = auto_rows(network.device, config, model.model.dtype.itemsize, tokens_at_most)
    decoder = Decoder(
        network,
        Sampler(settings.temperature, settings.top_p, settings.top_k),
        ends,
        settings.max_new_tokens,
        settings.batch_size or rows,
        listener.tokens,
        settings.cuda_graphs,
        stopped=tokens.StopTexts(tokenizer, settings.stop) if settings.stop else None,
        on_note=listener.status,
    )
    rows = model.model.get_input_embeddings().weight.shape[0]
    reader = Reader(settings, tokenizer, ends, rows, context_of(config), listener.prompts)
    return Stage(model, network, reader, decoder)


def _noted(model: BaseModel, note: str, listener: Listener) -> BaseModel:
    """Tell the user now, and the readers of the metadata later."""
    listener.status(note)
    notes = "; ".join(filter(None, (model.attention_note, note)))
    return replace(model, attention_note=notes)


def load_checkpoint(
    settings: GenerationSettings, listener: Listener, files: hub.ModelFiles, base_tokenizer: Any
) -> Stage:
    """Load a whole fine-tuned model, once the base model's memory is free.

    It reads the base model's token ids, unless the settings give each model its own tokenizer.

    Raises:
        EvalError: as ``load_base`` says.
    """
    named = replace(settings, base_model=files.name)
    tokenizer = None if settings.own_tokenizers else base_tokenizer
    model = load_base(named, listener.status, files, tokenizer)
    return set_up(settings, listener, model)


def load_adapted(
    settings: GenerationSettings,
    listener: Listener,
    files: hub.ModelFiles,
    own: Vocabulary,
    ends: frozenset[int],
    probe: str,
) -> tuple[Stage, tuple[str, ...]]:
    """Load the base model with an adapter and the vocabulary that this was trained with.

    Args:
        settings: name the base model.
        listener: told of steps, tokens and prompts.
        files: the adapter's files.
        own: its vocabulary.
        ends: tokens that end an answer.
        probe: a prompt on which the adapter must change something.

    Returns:
        the model, which is the fine-tuned one alone, and notes for readers of the result.

    Raises:
        EvalError: as ``load_base`` and ``attach`` say.
    """
    base = load_base(settings, listener.status, tokenizer=own.tokenizer)
    listener.status(f"Loading the adapter {files.name} with its own vocabulary")
    ids = own.probe(
        tokens.prompt_ids(own.tokenizer, probe, raw=True),
        base.model.get_input_embeddings().weight.shape[0],
    )
    attached = attach(base.model, files, settings.base_model, ids, own.rows)
    base.model.generation_config.eos_token_id = sorted(ends)
    return set_up(settings, listener, base, attached.switch), attached.notes


def require_same_tokens(base: Any, other: Any, names: tuple[str, str], probe: str) -> None:
    """Refuse two tokenizers that give the same text different token ids.

    The other tokenizer may have tokens that the base model's lacks.

    Raises:
        ConfigError: if they differ; both models are named.
    """
    here, there = base.get_vocab(), other.get_vocab()
    differing = [token for token, number in here.items() if there.get(token) != number]
    encoded = base(probe)["input_ids"] == other(probe)["input_ids"]
    if differing or not encoded:
        what = f"{len(differing)} tokens have other ids" if differing else "they split text apart"
        raise ConfigError(
            f"the tokenizers of {names[0]} and {names[1]} differ: {what}",
            "Both models get the base model's token ids. To give each its own tokenizer and chat "
            "template: --own-tokenizers; their prompts then differ.",
        )


def free() -> None:
    """Free the memory of objects that nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
