"""Backends: they make completions with a model. Of Rust they know only the words in the prompt."""

from evalpkg.generation.base import Backend, Listener, Work
from evalpkg.generation.create import (
    BACKENDS,
    LOADING,
    check_checkpoint,
    create_backend,
    require_engine,
)
from evalpkg.generation.generation_settings import ATTENTIONS, DTYPES, EMBEDDED, GenerationSettings
from evalpkg.generation.prompts import TEMPLATES, get_template, message_sha256
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.generation.tokens import ids_sha256

__all__ = [
    "ATTENTIONS",
    "BACKENDS",
    "DTYPES",
    "EMBEDDED",
    "LOADING",
    "TEMPLATES",
    "Backend",
    "Generated",
    "GenerationSettings",
    "Listener",
    "ModelUsed",
    "Work",
    "check_checkpoint",
    "create_backend",
    "get_template",
    "ids_sha256",
    "message_sha256",
    "require_engine",
]
