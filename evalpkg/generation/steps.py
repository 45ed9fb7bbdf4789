"""Runs decode steps over the slots: the host waits for each one, or stays one step behind.

A GPU that waits for the host between steps is idle meanwhile. ``OneBehind`` keeps it busy: a step
draws its tokens on the device and feeds them to the next step, which is queued before the host has
read them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from evalpkg.generation.graphs import CachedStep, record
from evalpkg.generation.sampling import NARROW, Sampler
from evalpkg.generation.slots import on_device

_SPAN_UNIT = 64
_EXAMINED = 4096
"""Likeliest tokens that a queued step examines for the nucleus; it cannot ask whether they hold it.

A plain step more costs far more than a few thousand tokens: with 256 rows, one draw in a hundred
that needs it would need it in nearly every step.
"""
_FREE = [0, 0, 0, 0]
"""State of a free slot: its first place is written, and nobody reads what comes of it."""

Read = Callable[[], list[list[int]]]
"""Waits for a step's tokens. Returns each slot's token and the state that it was drawn from."""


class Occupant(Protocol):
    """A sample in a slot."""

    def state(self) -> list[int]:
        """Return the last token, its position, the key, and the number of tokens so far."""
        ...


class Waiting:
    """Runs a step and waits for its tokens, so that the host decides before the next.

    Args:
        step: returns the logits.
        sampler: draws the tokens.
        device: where the model is.
        floor: fewest rows of a step on a CPU.
        capacity: tokens that fit into a slot.
        recorded: replay the step's recording if there is one.
    """

    late = 0

    def __init__(
        self,
        step: CachedStep,
        sampler: Sampler,
        device: torch.device,
        floor: int,
        capacity: int,
        *,
        recorded: bool = True,
    ) -> None:
        self._cached = step
        self._step = step if recorded else step.eager
        self._sampler = sampler
        self._device = device
        self._floor = floor
        self._capacity = capacity

    @property
    def note(self) -> str:
        """Say whether the step is recorded, and why not."""
        return self._cached.note

    def queue(self, slots: Sequence[Occupant | None]) -> Read:
        """Run a step for all slots."""
        states = [row.state() if row else _FREE for row in slots]
        span = self._capacity
        # A GPU's results depend on shapes: keep them fixed. From the floor up, a CPU's do not.
        if self._device.type == "cpu":
            states += [_FREE] * (self._floor - len(states))
            reach = max(state[1] for state in states) + 1
            span = min(-(-reach // _SPAN_UNIT) * _SPAN_UNIT, span)
        state = on_device(states, self._device)
        candidates = self._sampler.candidates(self._step(state, span))
        tokens = self._sampler.draw(candidates, state[:, 2], state[:, 3])
        return lambda: [
            [token, *given] for token, given in zip(tokens.tolist(), states, strict=True)
        ]

    def decide(self, slots: Sequence[Occupant | None], open_: Sequence[int]) -> list[int]:
        """Return the tokens of the slots ``open_`` from a step that looks as far as it must."""
        tokens = self.queue(slots)()
        return [tokens[slot][0] for slot in open_]


class OneBehind:
    """Queues a step before the tokens of the last one are read.

    The state of the slots stays on the device. The host changes it only where a slot gets another
    sample. A sample's end is seen one step late; the token made meanwhile belongs to nobody.

    Before the first step it is tried: its tokens must be those that the plain sampler draws from
    its logits. If it fails, ``plain`` runs all steps.

    Attributes:
        late: number of steps queued before one is read; 0 if ``plain`` runs them.

    Args:
        step: the plain step; also decides tokens that a queued step leaves open.
        plain: runs the steps if this cannot.
        sampler: draws the tokens.
        device: where the model is.
        rows: number of slots in the cache.
        capacity: tokens that fit into a slot.
        recorded: record the step as a CUDA graph; it is not used unless that works.
    """

    def __init__(
        self,
        step: CachedStep,
        plain: Waiting,
        sampler: Sampler,
        device: torch.device,
        rows: int,
        capacity: int,
        *,
        recorded: bool,
    ) -> None:
        self.late = 1
        self._note = plain.note
        self._step = step
        self._plain = plain
        self._exact = Waiting(step, sampler, device, rows, capacity, recorded=False)
        self._sampler = sampler
        self._capacity = capacity
        self._recorded = recorded
        self._state = torch.zeros((rows, 4), dtype=torch.int64, device=device)
        self._seated: list[Occupant | None] = [None] * rows
        self._run: Callable[[], tuple[Tensor, ...]] | None = None

    @property
    def note(self) -> str:
        """Say whether the step is recorded, and why the host waits for each token if it does."""
        if self.late:
            return self._note
        why = self._note.removeprefix("off: ")
        return f"{self._plain.note}; the host waits for each token: {why}"

    def queue(self, slots: Sequence[Occupant | None]) -> Read:
        """Queue a step for all slots."""
        if self.late:
            self._seat(slots)
            if self._run is None:
                self._begin()
        if not self.late or self._run is None:
            return self._plain.queue(slots)
        _, drawn = self._run()
        return _reader(drawn)

    def decide(self, slots: Sequence[Occupant | None], open_: Sequence[int]) -> list[int]:
        """Return the tokens of ``open_``, slots whose nucleus is wider than a queued step looks.

        The tokens queued for them since are worthless, and the next step starts from their state.
        """
        for slot in open_:
            self._seated[slot] = None
        return self._exact.decide(slots, open_)

    def _seat(self, slots: Sequence[Occupant | None]) -> None:
        changed = [n for n, row in enumerate(slots) if row is not self._seated[n]]
        if changed:
            states = [row.state() if (row := slots[n]) else _FREE for n in changed]
            device = self._state.device
            self._state[on_device(changed, device)] = on_device(states, device)
            self._seated[: len(slots)] = slots

    def _begin(self) -> None:
        """Record and try the step; leave the work to the plain steps if it cannot be used."""
        start = self._state.clone()
        if not self._recorded:
            self._run = lambda: self._advance(self._state)
        else:
            recording, self._note = record(self._advance, start)
            if recording is not None:
                self._state, self._run = recording.state, recording.replay
        if self._run is not None:
            logits, drawn = self._run()
            flaw = self._flaw(start, logits, drawn)
            self._state.copy_(start)
            if flaw:
                self._note = flaw
                self._run = None
        if self._run is None:
            self.late = 0

    def _advance(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run a step, and turn ``state`` into that of the next; never wait for the device."""
        logits = self._step.eager(state, self._capacity)
        candidates = self._sampler.candidates(logits, _EXAMINED)
        tokens = self._sampler.draw(candidates, state[:, 2], state[:, 3])
        drawn = torch.cat((tokens[:, None], state), 1)
        state.copy_(self._after(state, tokens))
        return logits, drawn

    def _after(self, state: Tensor, tokens: Tensor) -> Tensor:
        # A free slot goes on counting, and must not leave the cache.
        positions = (state[:, 1] + 1).clamp(max=self._capacity - 1)
        return torch.stack((tokens.clamp(min=0), positions, state[:, 2], state[:, 3] + 1), 1)

    def _flaw(self, start: Tensor, logits: Tensor, drawn: Tensor) -> str:
        """Return why a step from ``start`` cannot be right; empty if it can."""
        tokens = drawn[:, 0]
        expected = self._sampler.draw(self._sampler.candidates(logits), start[:, 2], start[:, 3])
        if not bool(((tokens == expected) | (tokens == NARROW)).all()):
            return "its tokens differ from those of the plain sampler"
        if not torch.equal(self._state, self._after(start, tokens)):
            return "it leaves a wrong state for the next step"
        return ""


def _reader(drawn: Tensor) -> Read:
    """Queue the copy of ``drawn`` to the host, for the next step writes over it."""
    if drawn.device.type == "cpu":
        read: Read = drawn.clone().tolist
        return read
    here = torch.empty(drawn.shape, dtype=drawn.dtype, pin_memory=True)
    here.copy_(drawn, non_blocking=True)
    copied = torch.cuda.Event()
    copied.record()

    def wait() -> list[list[int]]:
        copied.synchronize()
        values: list[list[int]] = here.tolist()
        return values

    return wait
