"""The one protocol that every source of completions follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from evalpkg.generation.settings import GenerationSettings
from evalpkg.models import Role, Sample, Task

Work = Sequence[tuple[Task, Sequence[int]]]
"""Which samples are wanted: for each task, the indexes."""


class Backend(Protocol):
    """Something that completes prompts."""

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield every asked-for ``(task, index)`` exactly once, in the order they get ready.

        A sample is a function of the settings and its own key: what else is asked for, in which
        order, and what was generated before do not change it.
        """
        ...

    def provenance(self) -> dict[str, object]:
        """What made the samples, as JSON-able values: models, digests, sampling, libraries."""
        ...

    def close(self) -> None:
        """Give back memory and connections."""
        ...


def create_backend(
    settings: GenerationSettings,
    *,
    on_tokens: Callable[[int], None] | None = None,
    on_status: Callable[[str], None] | None = None,
) -> Backend:
    """The backend that ``settings`` names. Heavy imports happen here and not before.

    Args:
        settings: what to load and how to sample.
        on_tokens: called with the number of tokens that were just generated.
        on_status: called with one line about a step that takes a while, such as loading weights.

    Raises:
        ConfigError: if the settings contradict each other or the models.
        EnvironmentUnfitError: if the weights cannot be had or the device cannot hold them.
        DataError: if a file of samples to replay is malformed.
    """
    if settings.backend == "replay":
        from evalpkg.generation.replay import ReplayBackend

        return ReplayBackend(settings)
    if settings.backend == "openai":
        from evalpkg.generation.openai_backend import OpenAIBackend

        return OpenAIBackend(settings, on_tokens=on_tokens)
    from evalpkg.generation.transformers_backend import TransformersBackend

    return TransformersBackend(settings, on_tokens=on_tokens, on_status=on_status)
