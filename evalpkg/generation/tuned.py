"""The fine-tuned model that the settings name: found and checked before any weights are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalpkg.errors import ConfigError
from evalpkg.generation import adapter, hub
from evalpkg.generation.foresight import foresee
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.loading import locate
from evalpkg.generation.vocabulary import OPTION, Vocabulary
from evalpkg.generation.whole import foresee_whole

PROBE = "Write a Rust function that returns the larger of two numbers.\nfn larger(a: i32, b: i32)"
"""A prompt on which the adapter must change something, tried before the first task."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A fine-tuned model whose files are there.

    Attributes:
        files: its files.
        whole: True if it is a whole model and not an adapter.
        declared_base: the base model that an adapter's config names.
        own: the vocabulary of an adapter that is asked to have its own; else None.
        rows: rows of a whole model's embedding; 0 if only loading it tells.
    """

    files: hub.ModelFiles
    whole: bool
    declared_base: str = ""
    own: Vocabulary | None = None
    rows: int = 0


def find_tuned(settings: GenerationSettings, on_status: Callable[[str], None]) -> Tuned:
    """Find the fine-tuned model, and refuse one whose files show that it cannot be used.

    Args:
        settings: name it and its base model.
        on_status: called with one line before each step that takes a while.

    Raises:
        EvalError: as ``adapter.locate_checkpoint``, ``adapter.check_base``, ``foresee`` and
            ``foresee_whole`` say.
    """
    files = adapter.locate_checkpoint(
        settings.checkpoint_path,
        settings.adapter_revision,
        with_tokenizer=settings.finetuned_template == "adapter",
    )
    if adapter.is_adapter(files):
        declared = adapter.check_base(
            files, settings.base_model, allow_mismatch=settings.allow_base_mismatch
        )
        base = locate(settings, on_status, weights=False)
        return Tuned(files, False, declared, foresee(settings, files, base, PROBE))
    if settings.finetuned_template == "adapter" and not settings.own_tokenizers:
        raise ConfigError(
            f"{settings.checkpoint_path} is a whole model, and {OPTION} is for adapters",
            "--own-tokenizers gives a whole model its own tokenizer and chat template.",
        )
    return Tuned(files, True, rows=foresee_whole(settings, files))
