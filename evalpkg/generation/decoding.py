"""The decode loop: many samples share each forward pass, and none influences another.

A prompt is computed once, alone, and its keys and values are copied into a slot for each of its
samples. When a sample ends, its slot is filled again in place. ``docs/generation.md`` explains why
a sample does not depend on its batch.
"""

from __future__ import annotations

import gc
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation.graphs import CachedStep
from evalpkg.generation.network import Network
from evalpkg.generation.prefixes import LastPrompt
from evalpkg.generation.sampling import Candidates, Sampler
from evalpkg.generation.slots import SlotCache
from evalpkg.generation.threads import Threads

_CAPACITY_UNIT = 256
_SPAN_UNIT = 64
_CPU_ROWS = 8
"""Fewest rows in a step on a CPU: a matrix product of one row takes another path and gives other
bits."""


@dataclass(frozen=True, slots=True)
class Request:
    """A sample to be decoded: its identity, its prompt's token ids, and its noise key."""

    task_id: str
    index: int
    prompt: tuple[int, ...]
    key: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded sample.

    Attributes:
        ids: the tokens, without the one that ended the answer.
        finish_reason: ``stop`` at an end token or a stop text, ``length`` at the limit.
        made: number of tokens generated, the end token included.
    """

    request: Request
    ids: list[int]
    finish_reason: str
    made: int


@dataclass(slots=True)
class _Row:
    request: Request
    ids: list[int] = field(default_factory=list)

    def state(self) -> list[int]:
        """Return the last token, its position, the key, and the number of tokens so far."""
        position = len(self.request.prompt) + len(self.ids) - 1
        return [self.ids[-1], position, self.request.key, len(self.ids)]


Slots = list[_Row | None]
"""The sample in each slot; None where the slot is free."""

_FREE = [0, 0, 0, 0]
"""State of a free slot: its first place is written, and nobody reads what comes of it."""


@dataclass(slots=True)
class Decoder:
    """Decodes requests with one model.

    Attributes:
        network: the model.
        sampler: draws the next token.
        ends: tokens that end an answer.
        max_new_tokens: most tokens of an answer.
        rows: samples decoded together; halved for good when memory runs out.
        on_tokens: called with the number of tokens just generated.
        cuda_graphs: record the step as a CUDA graph and replay it; no effect on a CPU.
        graph_note: ``on``, or ``off`` and the reason.
        stopped: tells whether an answer's tokens so far contain a stop text; None if there are no
            stop texts.
        on_note: called with one line that the user should see.
        threads: the number of CPU threads, adapted to the machine's load.
    """

    network: Network
    sampler: Sampler
    ends: frozenset[int]
    max_new_tokens: int
    rows: int
    on_tokens: Callable[[int], None]
    cuda_graphs: bool = True
    graph_note: str = ""
    stopped: Callable[[Sequence[int]], bool] | None = None
    on_note: Callable[[str], None] = lambda _: None
    threads: Threads = field(default_factory=lambda: Threads(torch.get_num_threads()))
    _floor: int = _CPU_ROWS

    def run(self, requests: Sequence[Request], *, adapter: bool) -> Iterator[Answer]:
        """Decode every request once; answers come as they finish.

        Requests of one prompt should be neighbours, so that the prompt is computed once.

        Raises:
            EnvironmentUnfitError: if not even one sample fits into memory, or the model's output is
                not a number.
        """
        by_capacity: defaultdict[int, deque[Request]] = defaultdict(deque)
        for request in requests:
            need = len(request.prompt) + self.max_new_tokens
            by_capacity[-(-need // _CAPACITY_UNIT) * _CAPACITY_UNIT].append(request)
        for capacity, pending in sorted(by_capacity.items()):
            while pending:
                slots: Slots = [None] * self.rows
                try:
                    with self.threads.in_use():
                        yield from self._drain(pending, slots, capacity, adapter)
                except (RuntimeError, MemoryError) as error:
                    if not _is_out_of_memory(error):
                        raise
                    message = (str(error).splitlines() or ["out of memory"])[0]
                else:
                    continue
                pending.extendleft(row.request for row in reversed(slots) if row)
                self._halve(message)

    def _halve(self, message: str) -> None:
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if self.rows == 1:
            raise EnvironmentUnfitError(
                f"one sample alone does not fit into memory: {message}",
                "Lower --max-new-tokens, load in 4 bit, or use a device with more memory.",
            )
        self.rows //= 2
        self._floor = min(self._floor, self.rows)

    def _drain(
        self, pending: deque[Request], slots: Slots, capacity: int, adapter: bool
    ) -> Iterator[Answer]:
        on_cpu = self.network.device.type == "cpu"
        width = max(self.rows, self._floor) if on_cpu else self.rows
        cache = SlotCache(width, capacity)
        prompts = LastPrompt(self.network, self.sampler, adapter)
        step = CachedStep(self.network, cache, adapter, graphs=self.cuda_graphs and not on_cpu)
        while pending or any(slots):
            while pending and None in slots:
                yield from self._admit(pending, slots, cache, prompts)
            if on_cpu:
                _close_up(slots, cache)
            if not any(slots):
                continue
            states = [row.state() if row else _FREE for row in slots]
            # A GPU's results depend on shapes: keep them fixed. From the floor up, a CPU's do not.
            rows = max(len(slots), self._floor) if on_cpu else width
            reach = max(state[1] for state in states) + 1
            span = min(-(-reach // _SPAN_UNIT) * _SPAN_UNIT, capacity) if on_cpu else capacity
            state = self._tensor(states + [_FREE] * (rows - len(states)))
            with self.threads.watched() if on_cpu else nullcontext():
                tokens = self._draw(self.sampler.candidates(step(state, span)), state)
            if step.note != self.graph_note:
                self.graph_note = step.note
                if not on_cpu:
                    self.on_note(f"CUDA graphs: {step.note}")
            yield from self._advance(slots, dict(enumerate(tokens)))

    def _admit(
        self, pending: deque[Request], slots: Slots, cache: SlotCache, prompts: LastPrompt
    ) -> Iterator[Answer]:
        """Give the free slots to samples of the next prompt, and draw the first token of each."""
        prompt = pending[0].prompt
        fresh: dict[int, _Row] = {}
        for slot, row in enumerate(slots):
            if row is None and pending and pending[0].prompt == prompt:
                slots[slot] = fresh[slot] = _Row(pending.popleft())
        prefix, first = prompts.of(prompt)
        states = [[0, 0, row.request.key, 0] for row in fresh.values()]
        tokens = self._draw(first, self._tensor(states))
        yield from self._advance(slots, dict(zip(fresh, tokens, strict=True)))
        cache.fill([slot for slot in fresh if slots[slot]], prefix)

    def _advance(self, slots: Slots, tokens: Mapping[int, int]) -> Iterator[Answer]:
        """Give a token to the sample of each slot, and free the slots of those that end."""
        answers = []
        made = 0
        for slot, token in tokens.items():
            row = slots[slot] if slot < len(slots) else None
            if row is None:
                continue
            made += 1
            if answer := self._extend(row, token):
                answers.append(answer)
                slots[slot] = None
        self.on_tokens(made)
        yield from answers

    def _extend(self, row: _Row, token: int) -> Answer | None:
        if token < 0:
            raise EnvironmentUnfitError(
                f"the model's output for task {row.request.task_id} is not a number",
                "Choose another --dtype: float16 overflows in models trained in bfloat16.",
            )
        if token in self.ends:
            return Answer(row.request, row.ids, "stop", len(row.ids) + 1)
        row.ids.append(token)
        if self.stopped is not None and self.stopped(row.ids):
            return Answer(row.request, row.ids, "stop", len(row.ids))
        if len(row.ids) == self.max_new_tokens:
            return Answer(row.request, row.ids, "length", len(row.ids))
        return None

    def _draw(self, candidates: Candidates, state: Tensor) -> list[int]:
        drawn: list[int] = self.sampler.draw(candidates, state[:, 2], state[:, 3]).tolist()
        return drawn

    def _tensor(self, rows: list[list[int]]) -> Tensor:
        return torch.tensor(rows, dtype=torch.int64, device=self.network.device)


def _close_up(slots: Slots, cache: SlotCache) -> None:
    """Move the last samples to free slots, so that a step has fewer rows."""
    for slot in range(len(slots)):
        while slots and slots[-1] is None:
            slots.pop()
        if slot < len(slots) and slots[slot] is None:
            row = slots[slot] = slots.pop()
            if row:
                cache.move(len(slots), slot, row.state()[1])


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    return "DefaultCPUAllocator" in str(error)
