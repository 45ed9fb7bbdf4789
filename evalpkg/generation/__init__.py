"""Completions from a model. Knows nothing of Rust beyond the prompt's words."""

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
