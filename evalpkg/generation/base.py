"""The protocol that every source of completions follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from evalpkg.generation.provenance import Generated
from evalpkg.models import Role, Sample, SeenPrompt, Task

Work = Sequence[tuple[Task, Sequence[int]]]
"""The samples that are wanted: tasks, each with the indexes of its samples."""


def _ignore(_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Receives what a backend reports while it works.

    Attributes:
        tokens: called with the number of tokens that were just generated.
        status: called with one line about a step that takes a while, such as loading weights, or
            about something that the user should see at once.
        prompts: called with the prompts before their first samples. It may get the same prompt more
            than once, and from any thread.
    """

    tokens: Callable[[int], None] = _ignore
    status: Callable[[str], None] = _ignore
    prompts: Callable[[Sequence[SeenPrompt]], None] = _ignore


class Backend(Protocol):
    """Something that completes prompts.

    A backend is a class that is called with ``(settings, listener)`` and has these three methods.
    ``create.BACKENDS`` names it; no other place has to know it.
    """

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield each wanted ``(task, index)`` exactly once, as soon as it is ready.

        A sample depends on the settings and its own key alone. It does not depend on the other
        samples in ``work``, on their order, or on what was generated before.

        The caller asks for one model after the other, in the order of ``Role``. A backend may free
        the first model's weights when it is asked for the second.
        """
        ...

    def provenance(self) -> Generated:
        """Return what made the samples. Called before the first sample and after the last."""
        ...

    def close(self) -> None:
        """Free memory and close connections."""
        ...
