"""The protocol that every source of completions follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from evalpkg.generation.provenance import Generated
from evalpkg.models import Role, Sample, SeenPrompt, Task

Work = Sequence[tuple[Task, Sequence[int]]]
"""Which samples are wanted: for each task, the indexes."""


def _ignore(_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Receives what a backend reports while it works.

    Attributes:
        tokens: called with the number of tokens that were just generated.
        status: called with one line about a step that takes a while, such as loading weights, or
            about something that the user should see at once.
        prompts: called with prompts before their first samples; with some more than once, and from
            any thread.
    """

    tokens: Callable[[int], None] = _ignore
    status: Callable[[str], None] = _ignore
    prompts: Callable[[Sequence[SeenPrompt]], None] = _ignore


class Backend(Protocol):
    """Something that completes prompts.

    A backend is a class that is called with ``(settings, listener)`` and has these three methods.
    ``create.BACKENDS`` names it; nothing else has to know of it.
    """

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield every asked-for ``(task, index)`` exactly once, in the order they get ready.

        A sample is a function of the settings and its own key: what else is asked for, in which
        order, and what was generated before do not change it.

        The models are asked for one after the other, in the order of ``Role``; a backend may give
        up the first model's weights when the second is asked for.
        """
        ...

    def provenance(self) -> Generated:
        """Say what makes the samples. Called before the first sample and after the last."""
        ...

    def close(self) -> None:
        """Give back memory and connections."""
        ...
