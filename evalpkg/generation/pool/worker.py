"""The program in a worker's process: an ordinary backend with one device."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import evalpkg
from evalpkg.errors import EvalError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.create import create_backend
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.provenance import Generated
from evalpkg.models import Role, Sample, SeenPrompt

FLUSH_SECONDS = 0.5
FLUSH_SAMPLES = 64


Said = list[Sample | SeenPrompt]


@dataclass(frozen=True, slots=True)
class Introduction:
    """A worker's description of itself, sent once its backend is ready.

    Attributes:
        host: name of the worker's machine.
        pid: id of its process.
        python: version of its Python.
        code: digest of its copy of this package's sources.
        generated: its backend's provenance.
    """

    host: str
    pid: int
    python: str
    code: str
    generated: Generated


class Worker:
    """A backend in a process of its own, which Ray runs as an actor.

    An ``EvalError`` is returned, not raised, because Ray would wrap it.
    """

    def __init__(self, settings: GenerationSettings) -> None:
        self._settings = replace(settings, cluster="")
        self._prompts: list[SeenPrompt] = []

    def introduce(self) -> Introduction | EvalError:
        """Create the backend, and return the worker's introduction."""
        try:
            self._backend = create_backend(self._settings, Listener(prompts=self._prompts.extend))
            generated = self._backend.provenance()
        except EvalError as error:
            return error
        return Introduction(
            platform.node(), os.getpid(), platform.python_version(), code_digest(), generated
        )

    def generate(self, role: Role, work: Work) -> Iterator[Said | EvalError]:
        """Yield the samples of ``work`` in small lists as they get ready, after their prompts."""
        ready: Said = []
        flushed = time.monotonic()
        try:
            for sample in self._backend.generate(role, work):
                ready += self._prompts
                self._prompts.clear()
                ready.append(sample)
                if len(ready) >= FLUSH_SAMPLES or time.monotonic() - flushed >= FLUSH_SECONDS:
                    yield ready
                    ready, flushed = [], time.monotonic()
        except EvalError as error:
            yield error
            return
        if ready:
            yield ready


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return the sha256 of this package's Python sources.

    Workers with different code might make different samples.
    """
    root = Path(evalpkg.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
