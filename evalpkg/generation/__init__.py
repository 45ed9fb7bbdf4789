"""Backends: they make completions with a model. Of Rust they know only the words in the prompt."""

from evalpkg.generation.base import Backend, Listener, Work
from evalpkg.generation.create import BACKENDS, create_backend, require_packages
from evalpkg.generation.generation_settings import EMBEDDED, GenerationSettings
from evalpkg.generation.provenance import Generated, ModelUsed

__all__ = [
    "BACKENDS",
    "EMBEDDED",
    "Backend",
    "Generated",
    "GenerationSettings",
    "Listener",
    "ModelUsed",
    "Work",
    "create_backend",
    "require_packages",
]
