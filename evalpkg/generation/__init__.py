"""Completions from a model. Knows nothing of Rust beyond the prompt's words."""

from evalpkg.generation.base import Backend, Work, create_backend
from evalpkg.generation.settings import EMBEDDED, GenerationSettings

__all__ = ["EMBEDDED", "Backend", "GenerationSettings", "Work", "create_backend"]
