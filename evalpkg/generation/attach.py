"""Puts an adapter's layers into the base model, and refuses an adapter that would change nothing.

PEFT loads the tensors that fit. A layer that gets none keeps its initial weights, with which it
does nothing, and the base model would be compared with itself. So this module compares the names
before loading, and the logits after it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError, EvalError
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation import hub
from evalpkg.generation.adapter import declared_base, read_config
from evalpkg.generation.vocabulary import OPTION, rows_of

_TRAINED = 256
"""Tokens with an embedding of their own that are tried, at most."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An adapter whose layers are in the model.

    Attributes:
        switch: turns the layers on (True) and off. While off, the model computes what it did
            before.
        notes: sentences about the loading that the user must see.
    """

    switch: Callable[[bool], None]
    notes: tuple[str, ...]


def attach(
    model: Any,
    files: hub.ModelFiles,
    base_model: str,
    probe: Sequence[int],
    rows: int | None = None,
) -> Attached:
    """Put the adapter's layers into ``model``, and check that they change its output.

    Args:
        model: the base model.
        files: the adapter's files.
        base_model: the base model's name, for errors.
        probe: token ids of a prompt; the logits with and without the adapter must differ on it, or
            behind it on the tokens whose embeddings were trained.
        rows: rows of the embedding that the adapter was trained with. If given, the model is the
            fine-tuned one alone: its embedding is resized, and weights of its own may change.

    Raises:
        ConfigError: if the adapter does not fit the model's layers, or changes nothing.
        DataError: if the adapter's files cannot be read, or its weights or its output are not
            finite.
        EnvironmentUnfitError: if the installed PEFT cannot read it.
    """
    import torch

    tensors = weights.read(files)
    notes = list(of_zeros(tensors, files.name))
    known = rows_of(model, tensors, read_config(files))
    probe = [*probe, *sorted(token for token in known.tokens if token < known.base)[:_TRAINED]]
    before = _logits(model, probe)
    if rows not in (None, model.get_input_embeddings().weight.shape[0]):
        model.resize_token_embeddings(rows, mean_resizing=False)  # the adapter has all new rows
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        adapted = _with_layers(model, files, base_model)
        notes += _fill(adapted, tensors, files, base_model)
        notes += _without_scale(adapted, files.name)
    notes += _told(said)
    adapted.eval()

    def switch(on: bool) -> None:
        if on:
            adapted.base_model.enable_adapter_layers()
        else:
            adapted.base_model.disable_adapter_layers()

    try:
        switch(True)
        tuned = _logits(model, probe)
        switch(rows is not None)
        after = before if rows is not None else _logits(model, probe)
    except torch.cuda.OutOfMemoryError as error:
        raise explained(error, files, base_model) from error
    except Exception as error:  # some kinds want more than token ids, or cannot be switched off
        raise ConfigError(
            f"the adapter {files.name} is of a kind ({read_config(files)['peft_type']}) with which "
            f"the model cannot compute: {type(error).__name__}: {weights.detail(error)}",
            "Merge it into the base model, save that, and give it as --checkpoint-path.",
        ) from error
    if not torch.equal(after, before):
        raise ConfigError(
            f"the adapter {files.name} changes weights of the base model itself, and the base "
            "model would not be the base model any more",
            f"{OPTION} loads the fine-tuned model apart, with the tokenizer of the adapter's "
            "folder. Or merge the adapter into the base model, save that, and give it as "
            "--checkpoint-path.",
        )
    if not bool(tuned.isfinite().all()):
        raise DataError(
            f"with the adapter {files.name} the model's output is not a number",
            "The training diverged, or the number format overflows: try --dtype float32.",
        )
    common = min(tuned.shape[-1], before.shape[-1])
    # The probe holds no new token.
    if not known.has_new_tokens and torch.equal(tuned[..., :common], before[..., :common]):
        raise ConfigError(
            f"the adapter {files.name} changes no logit of {base_model} on a prompt of "
            f"{len(probe)} tokens: the base model would be compared with itself",
            "Is its scaling (lora_alpha) zero, or was it saved before it was trained?",
        )
    return Attached(switch, tuple(notes))


def _with_layers(model: Any, files: hub.ModelFiles, base_model: str) -> Any:
    """Let PEFT add the adapter's layers to the model, still in their initial state."""
    import peft

    try:
        config = peft.PeftConfig.from_pretrained(files.folder)
        config.inference_mode = True
        kind = peft.MODEL_TYPE_TO_PEFT_MODEL_MAPPING.get(config.task_type, peft.PeftModel)
        # Compute in the base model's dtype; PEFT's default would widen to float32.
        return kind(model, config, autocast_adapter_dtype=False)
    except Exception as error:  # a type that this PEFT does not know is a KeyError, and so on
        raise explained(error, files, base_model) from error


def explained(error: Exception, files: hub.ModelFiles, base_model: str) -> EvalError:
    """Return the error that tells why PEFT could not put an adapter's layers into a model."""
    import peft
    import torch

    unreadable = f"PEFT {peft.__version__} cannot read the adapter {files.name}"
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return EnvironmentUnfitError(
            f"the adapter {files.name} does not fit into the device's memory beside the base model",
            "Use a larger device, or --load-in-4bit.",
        )
    if isinstance(error, (RuntimeError, ValueError)):
        return ConfigError(
            f"the adapter {files.name} (trained on {declared_base(files)!r}) does not fit the base "
            f"model {base_model!r}: {weights.detail(error)}",
            "Choose the base model that the adapter was trained on, and the adapter_config.json "
            "that training wrote.",
        )
    if isinstance(error, KeyError):
        return EnvironmentUnfitError(
            f"{unreadable}: it knows no {error}",
            "Check that its config is complete; a newer PEFT may be needed.",
        )
    return EnvironmentUnfitError(
        f"{unreadable}: {type(error).__name__}: {weights.detail(error)}",
        "Check that its files are complete; a newer PEFT may be needed.",
    )


def matched(
    adapted: Any, tensors: Mapping[str, Any], files: hub.ModelFiles, base_model: str
) -> dict[str, str]:
    """Map the name of every tensor in an adapter's file to its name in the model.

    Args:
        adapted: the model with the adapter's layers, which need no weights.
        tensors: the adapter's tensors.
        files: the adapter's files.
        base_model: the base model's name, for errors.

    Raises:
        ConfigError: if a tensor fits no layer by its name or its shape, or a layer gets none.
    """
    import peft

    wanted = peft.get_peft_model_state_dict(adapted, save_embedding_layers=False)
    held = adapted.state_dict()
    found = weights.matched(tensors, wanted, held, files.name)
    for old, new in found.items():
        shape = (wanted[new] if new in wanted else held[new]).shape
        if tensors[old].shape != shape:
            raise ConfigError(
                f"the adapter {files.name} (trained on {declared_base(files)!r}) does not fit the "
                f"base model {base_model!r}: {old} has the shape {tuple(tensors[old].shape)}, and "
                f"the layer wants {tuple(shape)}",
                "Choose the base model that the adapter was trained on.",
            )
    return found


def _fill(
    adapted: Any, tensors: Mapping[str, Any], files: hub.ModelFiles, base_model: str
) -> list[str]:
    """Load the tensors into their layers; return a note if names had to be matched."""
    import peft

    found = matched(adapted, tensors, files, base_model)
    try:
        peft.set_peft_model_state_dict(adapted, {new: tensors[old] for old, new in found.items()})
    except Exception as error:
        raise explained(error, files, base_model) from error
    mended = [old for old, new in found.items() if old != new]
    if not mended:
        return []
    note = (
        f"{len(mended)} of the {len(tensors)} tensors of the adapter {files.name} have other names "
        "than PEFT gives them. They were matched by what remains without the wrappers' prefixes, "
        f"such as {mended[0]} to {found[mended[0]]}."
    )
    return [note]


def of_zeros(tensors: dict[str, Any], name: str) -> list[str]:
    """Refuse an adapter that was never trained; return notes if some of its layers were not."""
    notes = []
    for letter in "BA":
        zeros, of = weights.untrained(tensors, letter)
        if zeros and len(zeros) == of and weights.has_only_matrices(tensors):
            raise ConfigError(
                f"every lora_{letter} of the adapter {name} is zero ({of} of {of}): it changes "
                "nothing",
                "It was saved before it was trained, or the training did not reach it.",
            )
        if zeros:
            notes.append(
                f"{len(zeros)} of the {of} lora_{letter} matrices of the adapter {name} are zero, "
                f"so those layers are the base model's: {weights.listed(zeros)}."
            )
    return notes


def idle_layers(adapted: Any) -> tuple[list[str], int]:
    """Return the layers that the adapter's config scales by zero, and how many it scales."""
    layers = [(n, m.scaling) for n, m in adapted.named_modules() if hasattr(m, "scaling")]
    scaled = [(n, scale["default"]) for n, scale in layers if isinstance(scale, dict) and scale]
    return [n for n, scale in scaled if scale == 0], len(scaled)


def _without_scale(adapted: Any, name: str) -> list[str]:
    """Return a note if the config scales some layers by zero, so that they change nothing."""
    idle, scaled = idle_layers(adapted)
    if not idle or len(idle) == scaled:  # where all are, the logits say so
        return []
    note = (
        f"the config of the adapter {name} scales {len(idle)} of its {scaled} layers by zero "
        f"(alpha_pattern), so they are the base model's: {weights.listed(idle)}."
    )
    return [note]


def _told(said: Sequence[warnings.WarningMessage]) -> list[str]:
    """Return PEFT's and torch's warnings, each once, without those meant for developers."""
    texts = [
        f"PEFT warns: {' '.join(str(one.message).split())}"
        for one in said
        if not issubclass(one.category, (FutureWarning, DeprecationWarning))
    ]
    return list(dict.fromkeys(texts))


def _logits(model: Any, probe: Sequence[int]) -> Any:
    import torch

    with torch.inference_mode():
        return model(input_ids=torch.tensor([list(probe)], device=model.device)).logits
