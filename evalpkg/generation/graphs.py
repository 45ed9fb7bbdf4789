"""CUDA graphs: they launch the hundreds of kernels of a decode step as one.

For an 8B model and a few dozen rows, launching the kernels one by one takes longer than running
them. The step's shapes are fixed, so it is recorded once and then replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from evalpkg.generation.network import Network
from evalpkg.generation.slots import SlotCache

Step = Callable[[Tensor], tuple[Tensor, ...]]
_WARM_UPS = 3
_ULPS = 4


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded step.

    Attributes:
        state: the tensor that the replay reads, and changes if the step does.
        outputs: the tensors that the replay writes.
        graph: the recording.
    """

    state: Tensor
    outputs: tuple[Tensor, ...]
    graph: torch.cuda.CUDAGraph

    def replay(self) -> tuple[Tensor, ...]:
        """Run the step once more, from ``state``."""
        self.graph.replay()
        return self.outputs


def record(step: Step, state: Tensor) -> tuple[Recording | None, str]:
    """Record ``step``; return the recording and ``on``, or None and ``off`` with the reason.

    The replay is compared with the plain step before it is used. Some models cannot be recorded,
    because their quantised kernels wait for the device; they go on with the plain step.

    Args:
        step: returns the logits first. It must give the same logits and leave the same cache when
            it is called twice with one state. It may change the state.
        state: the first state; the recording is for its shape and device, and starts from it.
    """
    held = state.clone()
    try:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                held.copy_(state)
                expected = step(held)
            held.copy_(state)
            # A wait inside the recording breaks the stream and the allocator, so find it before.
            torch.cuda.set_sync_debug_mode("error")
            try:
                step(held)
            finally:
                torch.cuda.set_sync_debug_mode("default")
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = step(held)
        held.copy_(state)
        graph.replay()
        if not agree(outputs[0], expected[0]):
            return None, "off: the replay disagrees with the plain step"
        held.copy_(state)
    except torch.cuda.OutOfMemoryError:
        raise  # fewer rows may fit, with a recording
    except RuntimeError as error:
        torch.cuda.synchronize()
        return None, f"off: {(str(error).splitlines() or [''])[0]}"
    return Recording(held, outputs, graph), "on"


def agree(found: Tensor, expected: Tensor) -> bool:
    """Tell whether two (rows, vocabulary) logits are the same up to a few roundings.

    The likeliest token of each row must be as likely in the other. No logit may differ by more than
    a few units in the last place of the largest in its row.
    """
    one, other = found.float(), expected.float()
    limit = _ULPS * torch.finfo(expected.dtype).eps * other.abs().amax(-1, keepdim=True)
    best = other.gather(-1, one.argmax(-1, keepdim=True))
    near = other.amax(-1, keepdim=True) - best <= limit
    return bool(near.all()) and bool(((one - other).abs() <= limit).all())


class CachedStep:
    """``Network.step`` on one cache, replayed as a CUDA graph where that works."""

    def __init__(self, network: Network, cache: SlotCache, adapter: bool, *, graphs: bool) -> None:
        self._network = network
        self._cache = cache
        self._adapter = adapter
        self._wanted = graphs
        self._recording: Recording | None = None
        self.note = "off"

    def __call__(self, state: Tensor, span: int) -> Tensor:
        """Return the next logits; the arguments are those of ``Network.step``."""
        if self._wanted:
            self._wanted = False
            self._recording, self.note = record(lambda given: (self.eager(given, span),), state)
        if self._recording is None:
            return self.eager(state, span)
        self._recording.state.copy_(state)
        return self._recording.replay()[0]

    def eager(self, state: Tensor, span: int) -> Tensor:
        """Return the next logits without a recording."""
        return self._network.step(self._cache, state, span, adapter=self._adapter)
