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

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation.graphs import CachedStep
from evalpkg.generation.network import Network
from evalpkg.generation.prefixes import LastPrompt
from evalpkg.generation.sampling import NARROW, Sampler
from evalpkg.generation.shared import SHARED
from evalpkg.generation.slots import SlotCache
from evalpkg.generation.steps import OneBehind, Read, Waiting
from evalpkg.generation.threads import Threads

_CAPACITY_UNIT = 256
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
        ahead: queue a step before the tokens of the last one are read; None does so on a GPU whose
            steps are recorded.
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
    ahead: bool | None = None
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
        shrinks = on_cpu and self.network.decode_attention != SHARED
        rows = max(self.rows, self._floor) if on_cpu else self.rows
        cache = self.network.slots(rows, capacity, self.max_new_tokens)
        prompts = LastPrompt(self.network, self.sampler, adapter)
        steps = self._steps(cache, capacity, adapter, self._floor if shrinks else rows)
        queued: deque[tuple[Slots, Read]] = deque()
        while pending or any(slots):
            while pending and None in slots and cache.keep(_taken(slots)):
                yield from self._admit(pending, slots, cache, prompts)
            if shrinks and not steps.late:
                _close_up(slots, cache)
            if not any(slots):
                continue
            with self.threads.watched() if on_cpu else nullcontext():
                queued.append((list(slots), steps.queue(slots)))
            if steps.note != self.graph_note:
                self.graph_note = steps.note
                if not on_cpu:
                    self.on_note(f"CUDA graphs: {steps.note}")
            if len(queued) > steps.late:
                yield from self._advance(slots, self._read(slots, queued, steps))

    def _steps(
        self, cache: SlotCache, capacity: int, adapter: bool, floor: int
    ) -> Waiting | OneBehind:
        device = self.network.device
        on_cpu = device.type == "cpu"
        graphs = self.cuda_graphs and not on_cpu
        step = CachedStep(self.network, cache, adapter, graphs=graphs)
        waiting = Waiting(step, self.sampler, device, floor, capacity)
        if not (graphs if self.ahead is None else self.ahead):
            return waiting
        return OneBehind(step, waiting, self.sampler, device, cache.rows, capacity, recorded=graphs)

    def _read(
        self, slots: Slots, queued: deque[tuple[Slots, Read]], steps: Waiting | OneBehind
    ) -> dict[int, int]:
        """Return the tokens of the oldest queued step, for the samples that are still there."""
        asked, read = queued.popleft()
        drawn = read()
        found = {}
        for n, row in enumerate(asked):
            if row and row is slots[n]:
                found[n], *state = drawn[n]
                _require_in_step(row, state)
        narrow = [n for n, token in found.items() if token == NARROW]
        if narrow:
            found |= zip(narrow, steps.decide(slots, narrow), strict=True)
            for later, _ in queued:
                for n in narrow:
                    later[n] = None
        return found

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
        keys = torch.tensor([row.request.key for row in fresh.values()])
        tokens = self.sampler.draw(first, keys, torch.zeros_like(keys)).tolist()
        yield from self._advance(slots, dict(zip(fresh, tokens, strict=True)))
        cache.fill([slot for slot in fresh if slots[slot]], prefix)

    def _advance(self, slots: Slots, tokens: Mapping[int, int]) -> Iterator[Answer]:
        """Give samples their next tokens, and free the slots of those that end."""
        answers = []
        for slot, token in tokens.items():
            row = slots[slot]
            if row and (answer := self._extend(row, token)):
                answers.append(answer)
                slots[slot] = None
        self.on_tokens(len(tokens))
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


def _taken(slots: Slots) -> list[int]:
    return [slot for slot, row in enumerate(slots) if row]


def _require_in_step(row: _Row, state: list[int]) -> None:
    """Refuse a token that was drawn from another state than the sample's.

    A device that runs ahead of the host, or behind it, would make wrong text without a sign.
    """
    if state != row.state():
        raise EnvironmentUnfitError(
            f"the device drew a token for task {row.request.task_id} from the state {state}, and "
            f"the sample's is {row.state()}",
            "Run the same command again with --no-cuda-graphs; the samples so far are kept. Please "
            "report it.",
        )


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
