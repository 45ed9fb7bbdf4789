"""Loads the tokenizer in a model's or an adapter's folder."""

from __future__ import annotations

from typing import Any

from evalpkg.errors import DataError, EvalError
from evalpkg.generation import hub
from evalpkg.generation.adapter_weights import detail
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.loading_errors import explained

_ANY_TOKENIZER = (
    *("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "vocab.txt"),
    *("tekken.json", "spiece.model", "sentencepiece.bpe.model", "tokenization_*.py"),
)


def read_tokenizer(settings: GenerationSettings, files: hub.ModelFiles) -> Any:
    """Load the tokenizer in a folder.

    Raises:
        ConfigError: if it needs code of its own that is not trusted.
        DataError: if there is none, or it cannot be read.
    """
    from transformers import AutoTokenizer

    if not has_tokenizer(files):
        raise DataError(
            f"{files.name} holds no tokenizer",
            "Save it there with tokenizer.save_pretrained, or copy the whole folder of the model.",
        )
    try:
        return AutoTokenizer.from_pretrained(
            files.folder, trust_remote_code=settings.trust_remote_code
        )
    except Exception as error:  # tokenizers raises the bare class
        if "trust_remote_code" in str(error):
            raise explained(error, files.name) from error
        raise DataError(
            f"the tokenizer in {files.name} cannot be read: {detail(error)}",
            "Save it again with tokenizer.save_pretrained.",
        ) from error


def has_tokenizer(files: hub.ModelFiles) -> bool:
    """Tell whether a folder holds any file of a tokenizer."""
    return any(True for name in _ANY_TOKENIZER for _ in files.folder.glob(name))


def load_tokenizer(settings: GenerationSettings, files: hub.ModelFiles) -> Any:
    """Load the tokenizer beside a model's weights; return None if there is none."""
    try:
        return read_tokenizer(settings, files)
    except EvalError:
        return None
